"""What leaves the app while secrets go through it, scene by scene."""

import json
import traceback
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from typing import Any, Final

import pytest
from azure.core.exceptions import HttpResponseError, ServiceRequestError
from azure.servicebus.exceptions import ServiceBusError

from shared import bootstrap
from shared.adapters import access_check
from shared.adapters.graph_errors import reaction_to
from shared.adapters.hub_target import job_of
from shared.adapters.iot_hub_errors import read_hub_error
from shared.adapters.service_bus import bus_errors, cloud_event
from shared.adapters.storage import storage_errors
from shared.domain.bulk_result import read_bulk_result
from shared.domain.errors import ImporterError
from shared.domain.import_errors import parse_import_errors
from shared.domain.parts import Part
from shared.domain.result import application_properties
from shared.settings import Settings, SettingsError
from shared.use_cases.bury_blob_event import bury_blob_event
from shared.use_cases.bury_cancel_request import bury_cancel_request
from shared.use_cases.bury_export_request import bury_export_request
from shared.use_cases.bury_start_ticket import bury_start_ticket
from tests.attacks.canaries import Canaries
from tests.attacks.planted_files import device_files, good_lines, metadata
from tests.builders import a_file, a_line
from tests.fakes.world import World


def left_by(world: World) -> Iterator[str]:
    """Yield all that leaves an app but its logs: records, messages, and what people may read.

    Not what lies below `work/<id>/`, and not what hubs read and write.
    """
    for record in (*world.records.stored.values(), *world.records.archived.values()):
        yield record.model_dump_json()
        for event in record.outbox:
            yield json.dumps(cloud_event(record, event), ensure_ascii=False)
            yield json.dumps(list(application_properties(event.data).items()))
    for path, content in world.work.files.items():
        yield path
        if not path.startswith("work/"):
            yield content.decode(errors="replace")


def of_files(plant: Canaries) -> Iterator[str]:
    """Import files, of which the hub repeats each line in its log."""
    world = World()
    for name, content in device_files(plant):
        world.files.drop(f"factory-a/{name}", content)
        if ticket := world.validate(f"factory-a/{name}"):
            world.start(ticket)
            world.hub.finish(*parse_import_errors(_echoed(world, ticket)))
        world.poll()
    yield from left_by(world)


def _echoed(world: World, import_id: str) -> Iterator[bytes]:
    """Yield the log of a hub that could read no line; some of it is in deeper quotes."""
    for number, line in enumerate(world.work.lines(f"work/{import_id}/{Part.DEVICES}")):
        text = line.decode() if number % 2 else json.dumps(line.decode())
        code = (400012, 400028, 999001, "Odd")[number % 4]
        said = f"Failed to deserialize {text}. Try again"
        yield json.dumps({"errorCode": code, "errorStatus": said}).encode()


def of_metadata(plant: Canaries) -> Iterator[str]:
    """Drop files whose metadata and places are odd."""
    world = World()
    for name in ("factory-a/x", "nowhere/x", "factory-a/x.csv"):
        content = b"id\na\n" if name.endswith("csv") else a_file(a_line(), b"rubbish")
        world.files.drop(name, content, metadata=metadata(plant) if name == "nowhere/x" else _META)
        world.validate(name)
    world.poll()
    yield from left_by(world)


_META: Final = {"colour": "red"}


def of_messages(plant: Canaries) -> Iterator[str]:
    """Send messages that nobody can read to every queue."""
    world = World()
    for number, secret in enumerate(
        (
            plant.key("message"),
            plant.sas("message address"),
            plant.storage_connection("message string"),
            json.dumps({"target": plant.key("target"), plant.key("member"): plant.sas("value")}),
            json.dumps({"target": "factory-a", "keys": plant.key("no truth")}),
            json.dumps({"ContainerName": plant.key("container"), "BlobName": plant.sas("blob")}),
        )
    ):
        world.start(secret)
        world.cancel(secret)
        world.export(secret, f"message-{number}")
        bury_start_ticket(world, secret)
        bury_export_request(world, f"dead-{number}", secret)
        bury_cancel_request(world, f"dead-{number}", secret)
        bury_blob_event(world, secret, "factory-a")
    world.poll()
    yield from left_by(world)


def of_services(plant: Canaries) -> Iterator[str]:
    """Read what services say when they refuse, fail, or warn."""
    for number, secret in enumerate(
        (
            f"cannot read {plant.sas('refusal')}",
            f"signed by {plant.hub_sas('refusal of a hub')}",
            f"sent {plant.bearer('refusal of a token')}",
            f"token {plant.token('refusal of another token')} has expired",
            f"key {plant.key('refusal of a key')}, {plant.key('refusal of a long key', 48)}",
            f"call {plant.code('refusal of a function')}",
            f"with {plant.pem('refusal of a certificate')}",
            f"line {a_line('x', primaryKey=plant.word('refusal of a line')).decode()}",
            f"string {plant.hub_connection('refusal of a string')}",
            f"quoted {json.dumps(json.dumps({'secondaryKey': plant.key('quoted', 33)}))}",
            f"client_secret={plant.word('secret of a client')}&grant_type=x",
        )
    ):
        yield from _said(secret, number)


def _said(text: str, number: int) -> Iterator[str]:
    status = (400, 401, 403, 404, 409, 429, 500, 503)[number % 8]
    bodies = (
        {"Message": f"ErrorCode:ArgumentInvalid;{text}"},
        {"error": {"code": "BadRequest", "message": text}},
        {"Message": json.dumps({"errorCode": 400001, "message": text})},
    )
    for body in bodies:
        yield str(read_hub_error(status, {}, json.dumps(body)).as_reaction())
        yield str(reaction_to(status, {}, json.dumps(body)))
    yield repr(job_of({"jobId": "1", "status": "failed", "failureReason": text}))
    log = json.dumps({"deviceId": "d", "errorCode": "Odd", "errorStatus": text}).encode()
    yield repr(list(parse_import_errors([log, text.encode()])))
    told: Mapping[str, Any] = {"deviceId": "d", "errorCode": text, "errorStatus": text}
    warned = {"deviceId": "d", "warningCode": text, "warningStatus": text}
    yield repr(read_bulk_result({"isSuccessful": False, "errors": [told], "warnings": [warned]}))


def of_exceptions(plant: Canaries) -> Iterator[str]:
    """Let failures leave the functions, as the worker prints them."""
    failures: tuple[Callable[[], object], ...] = (
        lambda: _in_storage(ServiceRequestError(f"retries of {plant.sas('lost call')}")),
        lambda: _in_storage(HttpResponseError(f"403 of {plant.sas('refused call')}")),
        lambda: _on_bus(ServiceBusError(f"bus {plant.storage_connection('string of a bus')}")),
        lambda: _raise(ValueError(f"unforeseen {plant.sas('unforeseen')}")),
        lambda: _raise(ValueError("because"), KeyError(plant.key("cause of it"))),
        lambda: _raise(RuntimeError(plant.pem("several lines"))),
    )
    for fail in failures:
        yield _printed(fail)


def _in_storage(error: Exception) -> None:
    with storage_errors():
        raise error


def _on_bus(error: Exception) -> None:
    with bus_errors():
        raise error


def _raise(error: Exception, cause: Exception | None = None) -> None:
    raise error from cause


def _printed(fail: Callable[[], object]) -> str:
    """Return what is printed of an exception that leaves a function."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bootstrap, "ports", fail)
        try:
            bootstrap.cancel_import("a" * 26)
        except Exception as error:  # noqa: BLE001 - whatever it is, it is printed
            return "".join(traceback.format_exception(error))
    return "nothing failed"


def of_settings(plant: Canaries) -> Iterator[str]:
    """Read settings that are right, and such that are not."""
    target = {"a": {"connection": "HubA"}}
    right = {
        "DeviceFiles": f"AccountName=plant;AccountKey={plant.key('account', 64)}",
        "Results": f"Endpoint=sb://n.servicebus.windows.net/;SharedAccessKeyName=p;SharedAccessKey="
        f"{plant.key('bus')}",
        "HubA": plant.hub_connection("hub").replace("=hub;", "=hub-a.azure-devices.net;"),
        "IMPORT_TARGETS": json.dumps(target),
    }
    yield repr(Settings.from_environ(right))
    wrong = {
        "DeviceFiles": plant.word("no string"),
        "Results__fullyQualifiedNamespace": plant.word("no namespace"),
        "HubA": plant.hub_connection("foreign hub"),
        "IMPORT_TARGETS": json.dumps({"a": {"connection": "HubA", "kind": plant.key("kind")}}),
        "DEFAULT_TARGET": plant.word("alias"),
        "START_PATIENCE_SECONDS": plant.word("seconds"),
        "ALLOW_LOCAL_HUBS": plant.word("truth"),
    }
    for name, value in wrong.items():
        try:
            Settings.from_environ({**right, name: value})
        except SettingsError as error:
            yield "".join(traceback.format_exception(error))


def of_a_hubs_access(plant: Canaries) -> Iterator[str]:
    """Try the addresses that a hub gets, where nobody answers."""
    address = plant.sas("address of a hub").replace("https://plant.blob.core.windows.net", _NOBODY)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(access_check, "CLIENT_OPTIONS", {"retry_total": 0})
        try:
            access_check.check_access("plant", address, address)
        except ImporterError as error:
            yield _printed(partial(_raise, error))


#: Port 9 discards; nobody listens there.
_NOBODY: Final = "http://127.0.0.1:9/plant"


def of_exports(plant: Canaries) -> Iterator[str]:
    """Export devices with their keys."""
    world = World()
    world.hub.registry = {"devices.txt": a_file(*good_lines(plant))}
    export_id = world.export('{"target": "factory-a", "keys": true}')
    assert export_id
    world.start(export_id)
    world.hub.finish()
    world.poll()
    yield from left_by(world)


SCENES: Final[tuple[Callable[[Canaries], Iterator[str]], ...]] = (
    *(of_files, of_metadata, of_messages, of_services, of_exceptions, of_settings),
    *(of_a_hubs_access, of_exports),
)
