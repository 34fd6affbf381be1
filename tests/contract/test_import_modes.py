"""What a line does, by mode and by the device that is there: the hub and the report agree."""

from collections.abc import Iterator
from itertools import product
from typing import Any, Final, NamedTuple

import pytest
from azure.storage.blob import BlobServiceClient

from emulators.iot_hub.identity import Identity
from emulators.iot_hub.registry import Registry
from emulators.iot_hub.server import RunningHub
from shared.adapters.iot_hub_ways import BULK, JOB
from shared.domain.import_modes import MODES
from tests.builders import a_file, a_line
from tests.bulk_calls import standing_hub
from tests.contract.world_of_one_hub import WorldOfOneHub
from tests.emulators.iot_hub.lines import create


class Expected(NamedTuple):
    """What becomes of the device, and what the report says of its line."""

    registry: str
    outcome: str = "applied"
    code: str = ""


WRITTEN = Expected("written")
CREATED = Expected("created")
DELETED = Expected("deleted")
TWIN = Expected("twin written")
EXISTS = Expected("as before", "failed", "DeviceAlreadyExists")
MISMATCH = Expected("as before", "failed", "PreconditionFailed")
MISSING = Expected("as before", "failed", "DeviceNotFound")
#: Such a line is not sent: the hub would compare nothing, and so do more than was meant.
NO_ETAG = Expected("as before", "rejected", "etag_missing")

#: What is there, and which ETag the line has.
SITUATIONS: Final = ("exists", "right ETag", "wrong ETag", "missing")
#: Microsoft's table of import modes. It holds for jobs and for calls: the Swagger of the calls
#: leaves out the two modes that begin with createOrUpdate, but the C# SDK sends all nine.
TABLE: Final = {
    "createOrUpdate": (WRITTEN, WRITTEN, WRITTEN, CREATED),
    "createOrUpdateIfMatchETag": (NO_ETAG, WRITTEN, MISMATCH, CREATED),
    "create": (EXISTS, EXISTS, EXISTS, CREATED),
    "update": (WRITTEN, WRITTEN, WRITTEN, MISSING),
    "updateIfMatchETag": (NO_ETAG, WRITTEN, MISMATCH, MISSING),
    "updateTwin": (TWIN, TWIN, TWIN, MISSING),
    "updateTwinIfMatchETag": (NO_ETAG, TWIN, MISMATCH, MISSING),
    "delete": (DELETED, DELETED, DELETED, MISSING),
    "deleteIfMatchETag": (NO_ETAG, DELETED, MISMATCH, MISSING),
}
ROWS: Final = tuple(product(TABLE, SITUATIONS))


class Seen(NamedTuple):
    """What an import did, by device."""

    before: dict[str, Identity]
    after: dict[str, Identity]
    report: dict[str, tuple[str, str]]
    way: str


def name_of(mode: str, situation: str) -> str:
    return f"{mode}-{situation.replace(' ', '-')}"


def device_and_line(registry: Registry, mode: str, situation: str) -> bytes:
    """Make the device as the situation wants it; return a line in that mode about it."""
    name = name_of(mode, situation)
    members: dict[str, Any] = {"importMode": mode, "statusReason": "imported"}
    etags = {"eTag": "MA=="}
    if situation != "missing":
        device = create(registry, name, tags={"floor": 1})
        etags = {"eTag": device.etag, "twinETag": device.twin_etag}
    if situation == "wrong ETag":
        etags = {"eTag": "MA==", "twinETag": "AAAAAAAAAP8="}
    if "Twin" in mode:
        etags = {"twinETag": etags.get("twinETag", "AAAAAAAAAP8=")}
        members["tags"] = {"floor": 2}
    else:
        etags.pop("twinETag", None)
    return a_line(name, **members, **({} if situation == "exists" else etags))


def devices_of(registry: Registry) -> dict[str, Identity]:
    return {device.device_id: device for device in registry}


@pytest.fixture(scope="module")
def hub() -> Iterator[RunningHub]:
    with standing_hub() as running:
        yield running


@pytest.fixture(scope="module", params=["jobs", "factory-a"], ids=["job", "calls"])
def seen(request: Any, hub: RunningHub, storage: BlobServiceClient) -> Seen:
    """All rows of the table in one file, by one of the ways."""
    hub.hub.reset()
    world = WorldOfOneHub(hub, storage, f"modes-{request.param}")
    lines = [device_and_line(hub.hub.registry, *row) for row in ROWS]
    before = devices_of(hub.hub.registry)
    import_id = world.drop(f"{request.param}/modes.txt", a_file(*lines))
    world.finish(import_id)
    way = world.record(import_id).way
    return Seen(before, devices_of(hub.hub.registry), world.report(import_id), way)


def done_to(name: str, seen: Seen) -> str:
    """Tell what became of a device."""
    before, after = seen.before.get(name), seen.after.get(name)
    if before == after:
        return "as before"
    if before is None or after is None:
        return "created" if after else "deleted"
    return "written" if after.etag != before.etag else "twin written"


@pytest.mark.parametrize(("mode", "situation"), ROWS)
def test_registry_and_report_agree_with_the_table(seen: Seen, mode: str, situation: str):
    """Nine modes in four situations, by a job and by calls."""
    expected = TABLE[mode][SITUATIONS.index(situation)]
    name = name_of(mode, situation)
    assert (done_to(name, seen), *seen.report[name]) == expected


@pytest.mark.parametrize(("mode", "situation"), ROWS)
def test_what_is_written_is_what_the_line_says(seen: Seen, mode: str, situation: str):
    """An identity is replaced, a twin has its own sections replaced, and nothing else changes."""
    device = seen.after.get(name_of(mode, situation))
    expected = TABLE[mode][SITUATIONS.index(situation)].registry
    if device is None:
        assert expected in {"deleted", "as before"}
        return
    assert device.status_reason == ("imported" if expected in {"written", "created"} else None)
    assert device.tags == {"twin written": '{"floor": 2}', "created": "{}"}.get(
        expected, '{"floor": 1}'
    )


def test_each_way_was_taken(seen: Seen, hub: RunningHub):
    """The whole file by one job, or by one call."""
    assert hub.hub.calls["POST /jobs/create"] == (seen.way == JOB)
    assert hub.hub.calls["POST /devices"] == (seen.way == BULK)


def test_the_table_has_all_modes():
    """The app knows nine, and each of them in four situations."""
    assert TABLE.keys() == MODES.keys()
    assert len(ROWS) == 36
