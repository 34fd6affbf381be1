"""The rights that a hub is given, with an account key and with an identity."""

from collections.abc import Iterator
from typing import Any, cast

import pytest
from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobServiceClient, ContainerClient

from emulators.azurite import serve
from shared.adapters.exchange import DEVICES, ERRORS, Exchange
from shared.adapters.system_clock import SystemClock
from shared.ports import AttemptRef
from tests.builders import a_file, a_line
from tests.entra import UnsignedToken, make_certificate


type Storage = tuple[BlobServiceClient, str | bool]
type Addresses = tuple[ContainerClient, ContainerClient]


@pytest.fixture(scope="module")
def by_identity(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Storage]:
    """Storage that is reached with a token: there is no account key to sign with."""
    certificate = make_certificate(tmp_path_factory.mktemp("tls"))
    verify = str(certificate[0])
    with serve(certificate=certificate) as azurite:
        endpoint = azurite.blob_endpoint
        with BlobServiceClient(endpoint, UnsignedToken(), connection_verify=verify) as client:
            yield client, verify


@pytest.fixture(params=["account key", "identity"])
def service(request: Any) -> Storage:
    if request.param == "identity":
        return cast("Storage", request.getfixturevalue("by_identity"))
    return request.getfixturevalue("storage"), True


@pytest.fixture
def ref(service: Storage, fresh: str) -> AttemptRef:
    """An attempt whose lines were accepted."""
    work = service[0].get_container_client("work")
    if not work.exists():
        work.create_container()
    work.upload_blob(f"{fresh}/devices.txt", a_file(a_line()))
    return AttemptRef(fresh, 1, 1)


@pytest.fixture
def addresses(service: Storage, ref: AttemptRef) -> Iterator[Addresses]:
    """The container of the attempt as the hub sees it: to read from and to write to."""
    client, verify = service
    exchange = Exchange(client, client, SystemClock())
    exchange.lay_out(ref)
    source, output = (
        ContainerClient.from_container_url(url, connection_verify=verify)
        for url in exchange.addresses(ref)
    )
    with source, output:
        yield source, output


def test_the_hub_can_read_its_input(addresses: Addresses):
    """It is the accepted lines, byte by byte."""
    assert addresses[0].download_blob(DEVICES).readall() == a_file(a_line())


def test_the_hub_cannot_write_where_it_reads(addresses: Addresses):
    """The first address is for reading only."""
    with pytest.raises(HttpResponseError):
        addresses[0].upload_blob("x", b"x")


def test_the_hub_can_write_and_delete_its_log(addresses: Addresses):
    """It deletes an old one first, so without that right it refuses the job."""
    output = addresses[1]
    output.upload_blob(ERRORS, b"old")
    output.delete_blob(ERRORS)
    output.upload_blob(ERRORS, b"new")
    assert output.download_blob(ERRORS).readall() == b"new"


def test_the_hub_can_look_nowhere_else(addresses: Addresses, service: Storage):
    """The signature is for this container: not for our records, nor for another attempt."""
    client, verify = service
    signature = addresses[1].url.partition("?")[2]
    elsewhere = f"{client.url.rstrip('/')}/work?{signature}"
    with (
        ContainerClient.from_container_url(elsewhere, connection_verify=verify) as work,
        pytest.raises(HttpResponseError),
    ):
        next(iter(work.list_blobs()))
