"""How the hub proves itself to storage: with the SAS it was given, or as one of its identities."""

import json
from contextlib import contextmanager

import pytest
from azure.iot.hub import IoTHubJobManager
from azure.iot.hub.protocol.models import JobProperties, ManagedIdentity

from emulators.azurite import serve as serve_azurite
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.managed_identity import ManagedIdentities
from emulators.iot_hub.server import serve
from emulators.iot_hub.storage import Storage
from tests.emulators.iot_hub.client import HubClient
from tests.emulators.iot_hub.exchange import Exchange
from tests.emulators.iot_hub.lines import a_configuration, a_line
from tests.entra import make_certificate


USER_ASSIGNED = (
    "/subscriptions/0/resourceGroups/g/providers/Microsoft.ManagedIdentity"
    "/userAssignedIdentities/importer"
)
SYSTEM = ManagedIdentities(system_assigned=True)
NO_ROLE = "Unauthorized to write to output blob container."


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Return the PEM files of storage's certificate and its key."""
    return make_certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def azurite_with_tokens(certificate):
    """Run an Azurite that takes tokens."""
    with serve_azurite(certificate=certificate) as running:
        yield running


@pytest.fixture
def secure_exchange(azurite_with_tokens, certificate):
    """An input and an output container in it."""
    text = azurite_with_tokens.connection_string
    with Exchange(text, connection_verify=str(certificate[0])) as made:
        yield made


@contextmanager
def hub(identities, ca_file=None):
    """Serve a hub with identities and yield a client of it."""
    storage = Storage(identities, ca_file)
    with serve(Hub(storage=storage)) as running, HubClient(running) as call:
        yield call


def run(call, body):
    """Run a job to its end and return its status."""
    created = call("POST", "/jobs/create", body)
    assert created.status_code == 200, created.text
    call.running.hub.jobs.settle()
    return call("GET", f"/jobs/{created.json()['jobId']}").json()["status"]


def refusal(call, body):
    """Return the name of the error and what the hub says."""
    refused = call("POST", "/jobs/create", body)
    assert refused.status_code == 400
    return refused.headers["iothub-errorcode"], refused.json()["Message"]


def delay_role(call, validations):
    """Order validations that find no role."""
    answer = call("POST", "/_emulator/role-delay", {"validations": validations})
    assert answer.status_code == 204


def test_an_identity_reaches_containers_without_a_sas(secure_exchange, certificate):
    """Import and export, configurations too, by token over HTTPS alone."""
    exchange = secure_exchange
    exchange.put(a_line())
    configuration = a_configuration(importMode="createOrUpdateIfMatchETag")
    exchange.put(json.dumps(configuration), name="configurations.txt")
    with hub(SYSTEM, certificate[0]) as call:
        body = exchange.without_sas(exchange.an_import(includeConfigurations=True))
        assert run(call, body) == "completed"
        assert call("GET", "/devices/d1").status_code == 200
        assert call("GET", "/configurations/c1").status_code == 200
        assert exchange.written() == exchange.written("importConfigErrors.log") == b""
        assert run(call, exchange.without_sas(exchange.an_export())) == "completed"
        assert b'"id":"d1"' in exchange.written("devices.txt")


def test_microsofts_package_says_it_all(exchange, monkeypatch):
    """A user-assigned identity, and configurations under a name of their own."""
    with hub(ManagedIdentities(user_assigned=frozenset({USER_ASSIGNED}))) as call:
        monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(call.running.ca_file))
        manager = IoTHubJobManager.from_connection_string(call.running.connection_string)
        call("PUT", "/configurations/c1", a_configuration())
        manager.create_import_export_job(
            JobProperties(
                type="export",
                output_blob_container_uri=exchange.output.url,
                storage_authentication_type="identityBased",
                identity=ManagedIdentity(user_assigned_identity=USER_ASSIGNED),
                include_configurations=True,
                configurations_blob_name="configs.txt",
            )
        )
        call.running.hub.jobs.settle()
        assert exchange.written("configs.txt").startswith(b'{"Id":"c1"')


def test_a_sas_works_over_https_as_well(secure_exchange, certificate):
    """The hub needs no identity for it, but has to know who signed storage's certificate."""
    with hub(ManagedIdentities(), certificate[0]) as call:
        assert run(call, secure_exchange.an_export()) == "completed"
    with hub(ManagedIdentities()) as call:
        name, text = refusal(call, secure_exchange.an_export())
        assert (name, NO_ROLE in text) == ("BlobContainerValidationError", True)


def test_over_plain_http_an_identity_uses_the_published_key(exchange):
    """There Azurite takes no tokens; the URI has no SAS all the same."""
    exchange.put(a_line())
    with hub(SYSTEM) as call:
        assert run(call, exchange.without_sas(exchange.an_import())) == "completed"


@pytest.mark.parametrize("spelling", ["identityBased", "IdentityBased", "IDENTITYBASED"])
def test_a_hub_without_an_identity_says_so(call, exchange, spelling):
    """400032 for any spelling: Node's SDK writes a capital letter."""
    body = exchange.without_sas(exchange.an_export()) | {"storageAuthenticationType": spelling}
    assert refusal(call, body)[0] == "ManagedIdentityNotEnabled"
    assert call("GET", "/jobs").json() == []


def test_the_identity_asked_for_must_be_one_of_the_hubs(exchange):
    """By resource id in any case; without one it is the hub's own, which need not be there."""
    with hub(ManagedIdentities(user_assigned=frozenset({USER_ASSIGNED}))) as call:
        body = exchange.an_export()
        for known in (USER_ASSIGNED, USER_ASSIGNED.lower()):
            assert run(call, exchange.without_sas(body, userAssignedIdentity=known)) == "completed"
        unknown = exchange.without_sas(body, userAssignedIdentity=f"{USER_ASSIGNED}-2")
        name, text = refusal(call, unknown)
        assert (name, "importer-2" in text) == ("ManagedIdentityNotEnabled", True)
        assert refusal(call, exchange.without_sas(body))[0] == "ManagedIdentityNotEnabled"


def test_an_identity_cannot_read_what_is_not_there(exchange):
    """The same refusals as with a SAS."""
    with hub(SYSTEM) as call:
        _, text = refusal(call, exchange.without_sas(exchange.an_import()))
        assert "Failed to read devices blob from the input container." in text
        gone = {"outputBlobContainerUri": f"{exchange.output.url}-gone"}
        _, text = refusal(call, exchange.without_sas(exchange.an_export()) | gone)
        assert NO_ROLE in text


def test_a_sas_is_passed_over_when_the_hub_has_to_prove_itself(exchange):
    """Even one that is good for nothing."""
    expired = {"outputBlobContainerUri": exchange.uri(exchange.output, "r", hours=-1)}
    with hub(SYSTEM) as call:
        assert run(call, exchange.without_sas(exchange.an_export()) | expired) == "completed"


def test_a_role_that_has_not_arrived_looks_like_a_missing_one(exchange):
    """So many validations fail, then all is well; jobs with a SAS do not notice."""
    with hub(SYSTEM) as call:
        delay_role(call, 2)
        assert run(call, exchange.an_export()) == "completed"
        body = exchange.without_sas(exchange.an_export())
        for _ in range(2):
            name, text = refusal(call, body)
            assert name == "BlobContainerValidationError"
            assert f"\r\nMessage: {NO_ROLE}\r\n" in text
        assert run(call, body) == "completed"
        assert len(call("GET", "/jobs").json()) == 2


def test_a_reset_forgets_the_delay(exchange):
    """The hub is as new."""
    with hub(SYSTEM) as call:
        delay_role(call, 5)
        call("POST", "/_emulator/reset")
        assert run(call, exchange.without_sas(exchange.an_export())) == "completed"


@pytest.mark.parametrize("body", [{}, {"validations": -1}, {"validations": "many"}, []])
def test_a_delay_that_makes_no_sense_is_refused(call, body):
    """So that a typo in a test does not go unnoticed."""
    assert call("POST", "/_emulator/role-delay", body).status_code == 400


def test_no_token_gets_into_a_log(secure_exchange, certificate, caplog):
    """Nor does a key."""
    caplog.set_level("INFO", "emulators")
    with hub(SYSTEM, certificate[0]) as call:
        run(call, secure_exchange.without_sas(secure_exchange.an_export()))
    assert "export job" in caplog.text
    assert "Bearer" not in caplog.text
    assert "unsigned" not in caplog.text
