"""A file exported from one hub imports into another, by every way into a hub, on the emulators."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient

from emulators.iot_hub import wire_shapes
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.registry import Registry
from emulators.iot_hub.server import RunningHub
from emulators.iot_hub.tier import Tier
from shared.domain.lifecycle import FINAL
from tests.builders import a_file, a_line
from tests.bulk_calls import standing_hub
from tests.contract.world_of_one_hub import WorldOfOneHub
from tests.emulators.iot_hub.lines import create, found


EDGE = {"capabilities": {"iotEdge": True}}
#: What a hub makes anew.
GENERATED = ("eTag", "twinETag")
EVERY_WAY = pytest.mark.parametrize("target", ["factory-a", "jobs", "bulk"])


@pytest.fixture(scope="module")
def hub() -> Iterator[RunningHub]:
    with standing_hub(Tier.S1) as running:
        yield running


@pytest.fixture
def world(hub: RunningHub, storage: BlobServiceClient, fresh: str) -> WorldOfOneHub:
    hub.hub.reset()
    return WorldOfOneHub(hub, storage, fresh)


@pytest.fixture(scope="module")
def factory() -> Iterator[Registry]:
    """Another hub: two gateways, one below the other, and what stands below them."""
    with Hub("factory") as other:
        registry = other.registry
        scope = create(registry, "gw-1", **EDGE, tags={"site": "P1"}).device_scope
        sub = create(registry, "gw-1-sub", **EDGE, parentScopes=[scope]).device_scope
        create(registry, "gw-1", moduleId="filter")
        create(registry, "leaf", deviceScope=scope, properties={"desired": {"rate": 1.5}})
        create(registry, "a-leaf-below", deviceScope=sub)
        create(registry, "plain", status="disabled", statusReason="repair")
        yield registry


def exported(registry: Registry) -> bytes:
    lines = (wire_shapes.export_line(one, with_keys=True) for one in registry)
    return a_file(*(json.dumps(line).encode() for line in lines))


def with_parents(registry: Registry) -> bytes:
    """Return the same with what the service leaves out: the parents of edge devices."""
    lines = map(json.loads, exported(registry).splitlines())
    parents = {one.device_id: json.loads(one.parent_scopes) for one in registry if one.iot_edge}
    return a_file(
        *(
            json.dumps(line | {"parentScopes": parents[line["id"]]}).encode()
            if line["capabilities"]["iotEdge"]
            else json.dumps(line).encode()
            for line in lines
        )
    )


def without_what_is_generated(content: bytes) -> list[dict[str, Any]]:
    """Return the lines of an export, by id, with scopes that name no generation."""
    shown = []
    for line in map(json.loads, content.splitlines()):
        named = {name: value for name, value in line.items() if name not in GENERATED}
        if "deviceScope" in named:
            named["deviceScope"] = named["deviceScope"].rpartition("-")[0]
        shown.append(named)
    return sorted(shown, key=lambda one: (one["id"], one.get("moduleId", "")))


@EVERY_WAY
def test_what_one_hub_exports_another_imports(
    world: WorldOfOneHub, factory: Registry, target: str
):
    """Each leaf stands below its gateway of this hub; no line fails, system modules are noted."""
    import_id = world.drop(f"{target}/x", exported(factory))
    world.finish(import_id)
    registry = world.running.hub.registry
    scope = found(registry, "gw-1").device_scope
    assert scope != found(factory, "gw-1").device_scope
    assert found(registry, "leaf").device_scope == scope
    assert found(registry, "a-leaf-below").device_scope == found(registry, "gw-1-sub").device_scope
    counts = world.result(import_id).data["counts"]
    assert (counts["applied"], counts["failed"], counts["skipped"]) == (6, 0, 4)
    calls = world.running.hub.calls
    assert calls["POST /jobs/create"] == (2 if target == "jobs" else 0)


def test_what_was_imported_is_exported_the_same(world: WorldOfOneHub, factory: Registry):
    """Up to what every hub makes for itself: ETags and generations."""
    world.finish(world.drop("jobs/x", exported(factory)))
    export_id = world.export(json.dumps({"target": "jobs", "keys": True}))
    assert export_id
    world.finish(export_id)
    again = b"".join(world.work.read(f"work/{export_id}/devices.txt"))
    assert without_what_is_generated(again) == without_what_is_generated(exported(factory))


@EVERY_WAY
def test_gateways_below_gateways_come_level_by_level(
    world: WorldOfOneHub, factory: Registry, target: str
):
    """Where a file says what the service's exports leave out, the whole tree is there again."""
    import_id = world.drop(f"{target}/x", with_parents(factory))
    world.finish(import_id)
    registry = world.running.hub.registry
    above = json.loads(found(registry, "gw-1-sub").parent_scopes)
    assert above == [found(registry, "gw-1").device_scope]
    assert found(registry, "a-leaf-below").device_scope == found(registry, "gw-1-sub").device_scope
    assert world.result(import_id).data["counts"]["failed"] == 0
    record = world.record(import_id)
    assert record.phase
    assert record.phase.of == 3


@EVERY_WAY
def test_children_alone_find_the_parents_of_an_earlier_import(world: WorldOfOneHub, target: str):
    """The file names the generation of another hub; the report says what was done about it."""
    scope = create(world.running.hub.registry, "gw-1", **EDGE).device_scope
    line = a_line("leaf", deviceScope="ms-azure-iot-edge://gw-1-638345678901234567")
    import_id = world.drop(f"{target}/x", a_file(line))
    world.finish(import_id)
    assert found(world.running.hub.registry, "leaf").device_scope == scope
    assert world.report(import_id) == {"leaf": ("applied", "scope_translated")}


@EVERY_WAY
def test_a_file_may_go_back_to_the_hub_that_it_came_from(world: WorldOfOneHub, target: str):
    """Everything keeps its place, and no scope is rewritten."""
    registry = world.running.hub.registry
    scope = create(registry, "gw-1", **EDGE).device_scope
    create(registry, "leaf", deviceScope=scope)
    before = without_what_is_generated(exported(registry))
    import_id = world.drop(f"{target}/x", exported(registry))
    world.finish(import_id)
    assert without_what_is_generated(exported(registry)) == before
    outcomes = {one["code"] for one in _report(world, import_id) if one["outcome"] == "applied"}
    assert outcomes == {""}


@EVERY_WAY
def test_children_of_a_gateway_that_is_refused_are_told_why(
    world: WorldOfOneHub, factory: Registry, target: str
):
    """They are not sent; the others are."""
    create(world.running.hub.registry, "gw-1", **EDGE)
    source = world.files.drop(f"{target}/x", exported(factory), metadata={"importmode": "create"})
    world.validate(source.name)
    (import_id,) = world.records.stored
    world.poll_until(import_id, FINAL)
    outcomes = world.report(import_id)
    assert outcomes["leaf"] == ("failed", "parent_failed")
    assert outcomes["a-leaf-below"] == ("applied", "scope_translated")
    (leaf,) = (one for one in _report(world, import_id) if one["deviceId"] == "leaf")
    assert "gw-1 was not imported: DeviceAlreadyExists" in leaf["message"]


def test_looks_are_paid_from_the_budget_of_the_hub(world: WorldOfOneHub):
    """A unit of S1 takes a hundred a minute, and nobody is throttled."""
    registry = world.running.hub.registry
    for number in range(150):
        create(registry, f"gw{number:03}", **EDGE)
    world.running.hub.calls.clear()
    lines = (
        a_line(f"leaf{number:03}", deviceScope=f"ms-azure-iot-edge://gw{number:03}-1")
        for number in range(150)
    )
    import_id = world.drop("jobs/x", a_file(*lines))
    seconds = world.finish(import_id)
    assert seconds >= 60
    assert world.running.hub.calls["GET /devices/{id}"] == 150
    assert world.result(import_id).data["counts"]["applied"] == 150


def _report(world: WorldOfOneHub, import_id: str) -> list[dict[str, Any]]:
    lines = b"".join(world.work.read(f"reports/{import_id}/report.ndjson")).splitlines()
    return [json.loads(line) for line in lines]
