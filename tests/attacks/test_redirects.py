"""A service that answers with another address is not followed there."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path

import pytest
from azure.storage.blob import BlobServiceClient

from shared.adapters.arm_client import ArmClient
from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.blob_files import BlobDeviceFiles, BlobWork
from shared.adapters.graph_client import GraphClient
from shared.adapters.iot_hub_client import IotHubClient, bearer_token
from shared.adapters.storage import CLIENT_OPTIONS, Container
from shared.domain.errors import ImporterError
from tests.attacks.guards import Noticed
from tests.builders import a_source
from tests.unit.adapters.scripted_hub import Scripted, ScriptedHub, scripted_hub
from tests.unit.test_settings import RESOURCE


#: Calls by what makes them.
type Call = Callable[[ScriptedHub, Noticed], object]


def hub(server: ScriptedHub, tokens: Noticed) -> IotHubClient:
    return IotHubClient(server.host, bearer_token(tokens), 5, server.ca_file)


def arm(server: ScriptedHub, tokens: Noticed) -> ArmClient:
    signing = bearer_token(tokens)
    return ArmClient(server.host, RESOURCE, signing, 5, ca_file=server.ca_file)


def graph(server: ScriptedHub, tokens: Noticed) -> GraphClient:
    return GraphClient(server.host, tokens, 5, server.ca_file)


def blobs(server: ScriptedHub, tokens: Noticed) -> BlobServiceClient:
    options = {**CLIENT_OPTIONS, "retry_total": 0, "connection_verify": server.ca_file}
    return BlobServiceClient(f"https://{server.host}/plant", tokens, **options)


def documents(server: ScriptedHub, tokens: Noticed) -> BlobDocuments:
    return BlobDocuments(Container(blobs(server, tokens), "state"))


CALLS: Mapping[str, Call] = {
    "jobs of a hub": lambda *to: hub(*to).jobs(),
    "job at a hub": lambda *to: hub(*to).create_job({"type": "import"}),
    "cancelled job": lambda *to: hub(*to).cancel_job("1"),
    "jobs by Resource Manager": lambda *to: list(arm(*to).jobs()),
    "job by Resource Manager": lambda *to: arm(*to).create_job("importDevices", {}),
    "identities": lambda *to: graph(*to).import_identities([], overwrite=False),
    "lookup of identities": lambda *to: graph(*to).search_existing([]),
    "look at a file": lambda *to: BlobDeviceFiles(blobs(*to)).look("device-files", "x"),
    "read file": lambda *to: list(BlobDeviceFiles(blobs(*to)).read(a_source())),
    "listed files": lambda *to: list(BlobDeviceFiles(blobs(*to)).all("device-files")),
    "read record": lambda *to: documents(*to).read("x"),
    "written record": lambda *to: documents(*to).create("x", {}),
    "read work": lambda *to: list(BlobWork(blobs(*to)).read("work/x/devices.txt")),
}


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ScriptedHub]:
    """Where the answers lead."""
    with scripted_hub(tmp_path_factory.mktemp("elsewhere")) as server:
        server.answers[:] = [Scripted()]
        yield server


@pytest.fixture(scope="module")
def server(
    tmp_path_factory: pytest.TempPathFactory, elsewhere: ScriptedHub
) -> Iterator[ScriptedHub]:
    """Who leads there. Clients trust both, so nothing but the app keeps them away."""
    folder = tmp_path_factory.mktemp("server")
    with scripted_hub(folder) as server:
        both = (Path(one.ca_file).read_text() for one in (server, elsewhere))
        (folder / "both.pem").write_text("".join(both))
        server.ca_file = str(folder / "both.pem")
        yield server


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("call", CALLS)
def test_a_redirect_is_not_followed(
    call: str, status: int, server: ScriptedHub, elsewhere: ScriptedHub
):
    """The address in it is never asked, though the token went to who answered so."""
    location = f"https://{elsewhere.host}/plant/device-files/x"
    server.requests.clear()
    server.answers[:] = [Scripted(status, b"", {"Location": location})]
    with suppress(ImporterError):
        CALLS[call](server, Noticed())
    assert elsewhere.requests == []
    assert server.requests
    assert all(authorization == "Bearer a token" for _, authorization in server.requests)
