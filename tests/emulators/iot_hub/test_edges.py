"""Edge devices, their scopes and children, and what becomes of them between two hubs."""

import json

import pytest
from azure.iot.hub import IoTHubRegistryManager
from azure.iot.hub.protocol.models import ExportImportDevice
from msrest.exceptions import HttpOperationError

from emulators.iot_hub import import_modes
from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.job import JobRequest, JobStatus
from tests.emulators.iot_hub.lines import a_line, a_wish, create, found


EDGE = {"capabilities": {"iotEdge": True}}
ELSEWHERE = "ms-azure-iot-edge://edge-638345678901234567"


def parents(identity):
    return json.loads(identity.parent_scopes)


def refusal(registry, *arguments, **fields):
    """Apply a line that must be refused and must change nothing."""
    wish = a_wish(*arguments, **fields)
    before = registry.find(wish.id, wish.module_id)
    with pytest.raises(HubError) as caught:
        import_modes.apply(registry, wish)
    assert registry.find(wish.id, wish.module_id) == before
    return caught.value.code, caught.value.text


def update(registry, *arguments, **fields):
    """Apply a line and return what it made of its device."""
    wish = a_wish(*arguments, **fields)
    import_modes.apply(registry, wish)
    return found(registry, wish.id)


def test_an_edge_device_spans_a_scope(registry):
    """Made of id and generation; one that the line names is ignored."""
    edge = create(registry, "edge-1", **EDGE, deviceScope=ELSEWHERE)
    assert edge.device_scope == f"ms-azure-iot-edge://edge-1-{edge.generation_id}"
    assert parents(edge) == []


@pytest.mark.parametrize("mode", ["createOrUpdate", "update", "updateIfMatchETag"])
@pytest.mark.parametrize("scope", [None, "", ELSEWHERE])
def test_the_scope_of_an_edge_device_cannot_be_changed(registry, mode, scope):
    """An update must repeat it."""
    edge = create(registry, "edge", **EDGE)
    assert refusal(registry, "edge", **EDGE, importMode=mode, deviceScope=scope) == (
        ErrorCode.ArgumentInvalid,
        "Device scope is immutable",
    )
    fields = EDGE | {"importMode": mode, "deviceScope": edge.device_scope}
    assert update(registry, "edge", **fields).device_scope == edge.device_scope


def test_a_twin_is_updated_without_a_word_about_scopes(registry):
    """The identity is not touched."""
    edge = create(registry, "edge", **EDGE)
    after = update(registry, "edge", importMode="updateTwin", tags={"a": 1})
    assert (after.tags, after.device_scope) == ('{"a": 1}', edge.device_scope)


def test_a_leaf_names_its_parent_as_its_scope(registry):
    """The hub fills in the parents; parents that a leaf names itself are ignored."""
    scope = create(registry, "edge", **EDGE).device_scope
    leaf = create(registry, "leaf", deviceScope=scope)
    assert (leaf.device_scope, parents(leaf)) == (scope, [scope])
    ignored = create(registry, "other", parentScopes=[ELSEWHERE])
    assert (ignored.device_scope, parents(ignored)) == (None, [])


def test_an_edge_child_names_its_parent_apart(registry):
    """It has a scope of its own."""
    scope = create(registry, "edge", **EDGE).device_scope
    child = create(registry, "child", **EDGE, parentScopes=[scope])
    assert parents(child) == [scope]
    assert child.device_scope not in {None, scope}


@pytest.mark.parametrize("blank", [{}, {"parentScopes": []}, {"parentScopes": None}])
def test_an_edge_child_is_detached_by_naming_no_parent(registry, blank):
    """An empty list or none at all."""
    scope = create(registry, "edge", **EDGE).device_scope
    child = create(registry, "child", **EDGE, parentScopes=[scope])
    own = EDGE | {"deviceScope": child.device_scope}
    assert parents(update(registry, "child", **own, parentScopes=[scope])) == [scope]
    assert parents(update(registry, "child", **own, **blank)) == []


@pytest.mark.parametrize("blank", [{}, {"deviceScope": ""}, {"deviceScope": None}])
def test_a_leaf_is_detached_by_naming_no_scope(registry, blank):
    """Likewise."""
    scope = create(registry, "edge", **EDGE).device_scope
    create(registry, "leaf", deviceScope=scope)
    leaf = update(registry, "leaf", **blank)
    assert (bool(leaf.device_scope), parents(leaf)) == (False, [])


@pytest.mark.parametrize(
    "scope", ["nonsense", ELSEWHERE, "ms-azure-iot-edge://plain-1", "ms-azure-iot-edge://gone-1"]
)
@pytest.mark.parametrize("is_edge", [False, True], ids=["leaf", "edge child"])
def test_a_parent_must_be_an_edge_device_of_this_hub(registry, scope, is_edge):
    """400028 on creation; scopes hold the parent's generation, so they do not travel."""
    create(registry, "edge", **EDGE)
    create(registry, "plain")
    fields = EDGE | {"parentScopes": [scope]} if is_edge else {"deviceScope": scope}
    code, text = refusal(registry, "child", **fields)
    assert (code, text) == (ErrorCode.InvalidDeviceScope, f"Device scope {scope} is not valid")


def test_a_parent_must_be_there_on_updates_too(registry):
    """And no device is a parent of its own."""
    edge = create(registry, "edge", **EDGE)
    create(registry, "leaf")
    assert refusal(registry, "leaf", deviceScope=ELSEWHERE)[0] is ErrorCode.InvalidDeviceScope
    own = EDGE | {"deviceScope": edge.device_scope, "parentScopes": [edge.device_scope]}
    assert refusal(registry, "edge", **own)[0] is ErrorCode.InvalidDeviceScope


def test_a_device_has_one_parent(registry):
    """The list has room for one only, says the C# SDK."""
    scopes = [create(registry, name, **EDGE).device_scope for name in ("e1", "e2")]
    code, _ = refusal(registry, "child", **EDGE, parentScopes=scopes)
    assert code is ErrorCode.ArgumentInvalid


def test_a_device_can_become_an_edge_device_and_a_leaf_again(registry):
    """Scope and system modules come, stay and go with it; other modules are untouched."""
    device = create(registry)
    create(registry, moduleId="m")
    scope = f"ms-azure-iot-edge://d1-{device.generation_id}"
    for is_edge in (True, True, False, True):
        own = found(registry).device_scope
        update(registry, capabilities={"iotEdge": is_edge}, deviceScope=own)
        assert found(registry).device_scope == (scope if is_edge else None)
        names = [module.module_id for module in registry.modules("d1")]
        assert names == (["$edgeAgent", "$edgeHub", "m"] if is_edge else ["m"])
        assert len(registry) == 1 + len(names)


def test_a_leaf_keeps_its_parent_when_it_becomes_an_edge_device(registry):
    """Named apart; as its own scope the live hub answers 503, here the line fails so."""
    scope = create(registry, "edge", **EDGE).device_scope
    create(registry, "leaf", deviceScope=scope)
    code, _ = refusal(registry, "leaf", **EDGE, deviceScope=scope)
    assert code is ErrorCode.ServiceUnavailable
    edge = update(registry, "leaf", **EDGE, deviceScope="", parentScopes=[scope])
    assert parents(edge) == [scope]
    assert edge.device_scope == f"ms-azure-iot-edge://leaf-{edge.generation_id}"


def test_an_edge_device_loses_its_parent_when_it_becomes_a_leaf(registry):
    """Even if the line names one: that takes a second write; seen on a live hub."""
    scope = create(registry, "edge", **EDGE).device_scope
    create(registry, "child", **EDGE, parentScopes=[scope])
    leaf = update(registry, "child", deviceScope=scope)
    assert (leaf.device_scope, parents(leaf)) == (None, [])
    assert parents(update(registry, "child", deviceScope=scope)) == [scope]


def test_edge_devices_have_modules_of_the_hubs(registry):
    """Without keys, managed by iotEdge; to write or delete them is refused; csharp#1146."""
    create(registry, **EDGE)
    agent, edge_hub = registry.modules("d1")
    assert (agent.module_id, edge_hub.module_id) == ("$edgeAgent", "$edgeHub")
    assert {module.managed_by for module in (agent, edge_hub)} == {"iotEdge"}
    assert {module.authentication_type for module in (agent, edge_hub)} == {"none"}
    for mode in ("create", "update", "delete", "updateTwin"):
        assert refusal(registry, moduleId="$edgeHub", importMode=mode) == (
            ErrorCode.SystemModuleModifyUnauthorizedAccess,
            "Unauthorized to modify reserved module.",
        )


def test_a_module_is_no_edge_device(registry):
    """Whatever its line says of capabilities."""
    create(registry)
    assert not create(registry, moduleId="m", **EDGE).iot_edge


@pytest.mark.parametrize(("fields", "room"), [({}, 50), (EDGE, 48)], ids=["leaf", "edge"])
def test_a_device_has_room_for_fifty_modules(registry, fields, room):
    """413003 for one more; the hub's own count, and a delete makes room."""
    create(registry, **fields)
    for number in range(room):
        create(registry, moduleId=f"m{number}")
    code, _ = refusal(registry, moduleId="one-more")
    assert code is ErrorCode.TooManyModulesOnDevice
    import_modes.apply(registry, a_wish(moduleId="m0", importMode="delete"))
    assert create(registry, moduleId="one-more")


def test_a_bulk_call_tells_bad_parents_device_by_device(running, monkeypatch):
    """With Microsoft's package; the other devices are made."""
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(running.ca_file))
    manager = IoTHubRegistryManager.from_connection_string(running.connection_string)
    edge = manager.create_device_with_sas("edge", None, None, "enabled", iot_edge=True)
    scopes = {"good": edge.device_scope, "bad": ELSEWHERE}
    result = manager.bulk_create_or_update_devices(
        [
            ExportImportDevice(id=name, import_mode="create", device_scope=scope)
            for name, scope in scopes.items()
        ]
    )
    errors = [(error.device_id, error.error_code) for error in result.errors]
    assert errors == [("bad", "InvalidDeviceScope")]
    assert manager.get_device("good").parent_scopes == [edge.device_scope]
    with pytest.raises(HttpOperationError) as refused:
        manager.create_device_with_sas("bad", None, None, "enabled", device_scope=ELSEWHERE)
    assert "InvalidDeviceScope" in refused.value.response.text
    with pytest.raises(HttpOperationError) as refused:
        manager.update_device_with_sas(
            "edge", edge.etag, None, None, "disabled", iot_edge=True, device_scope=None
        )
    assert "Device scope is immutable" in refused.value.response.text


def run(hub, body):
    """Run a job to its completion."""
    job = hub.jobs.create(JobRequest.read(body))
    hub.jobs.settle()
    assert hub.jobs.find(job.job_id).status is JobStatus.COMPLETED


def imported(hub, exchange, *lines):
    """Import lines and return who was refused why."""
    exchange.put(*lines)
    run(hub, exchange.an_import())
    named = ("deviceId", "moduleId", "errorCode")
    return [tuple(filter(None, map(error.get, named))) for error in exchange.errors()]


def exported(hub, exchange):
    """Export and return the lines, read."""
    run(hub, exchange.an_export())
    return [json.loads(line) for line in exchange.written("devices.txt").splitlines()]


@pytest.fixture
def factory():
    """A hub with an edge device that has a leaf, an edge child and a module below it."""
    with Hub("factory") as hub:
        scope = create(hub.registry, "edge", **EDGE).device_scope
        create(hub.registry, "edge", moduleId="filter")
        create(hub.registry, "leaf", deviceScope=scope)
        create(hub.registry, "sub-edge", **EDGE, parentScopes=[scope])
        yield hub


def test_an_export_names_scopes_and_system_modules(factory, exchange):
    """But no parents of edge devices: the service leaves them out, azure-iot-sdk-csharp#2230."""
    lines = exported(factory, exchange)
    edge = found(factory.registry, "edge")
    assert [(line["id"], line.get("moduleId")) for line in lines] == [
        ("edge", None),
        ("edge", "$edgeAgent"),
        ("edge", "$edgeHub"),
        ("edge", "filter"),
        ("leaf", None),
        ("sub-edge", None),
        ("sub-edge", "$edgeAgent"),
        ("sub-edge", "$edgeHub"),
    ]
    scopes = {line["id"]: line["deviceScope"] for line in lines if "deviceScope" in line}
    own = found(factory.registry, "sub-edge").device_scope
    assert scopes == {"edge": edge.device_scope, "leaf": edge.device_scope, "sub-edge": own}
    assert not any("parentScopes" in line for line in lines)


def test_an_export_does_not_fit_another_hub(factory, exchange):
    """Leaves name a scope of the old hub, and system modules cannot be written."""
    lines = [json.dumps(line) for line in exported(factory, exchange)]
    with Hub("elsewhere") as other:
        assert imported(other, exchange, *lines) == [
            ("edge", "$edgeAgent", 401100),
            ("edge", "$edgeHub", 401100),
            ("leaf", 400028),
            ("sub-edge", "$edgeAgent", 401100),
            ("sub-edge", "$edgeHub", 401100),
        ]
        there = found(other.registry, "edge")
        assert there.device_scope == f"ms-azure-iot-edge://edge-{there.generation_id}"
        assert there.device_scope != found(factory.registry, "edge").device_scope
        assert found(other.registry, "edge", "filter")
        assert parents(found(other.registry, "sub-edge")) == []


def test_with_scopes_rewritten_an_export_fits_another_hub(factory, exchange):
    """First the edge devices, then the others with the scopes that the new hub made."""
    lines = [line for line in exported(factory, exchange) if "$" not in line.get("moduleId", "")]
    edges = [line for line in lines if line["capabilities"]["iotEdge"]]
    others = [json.dumps(line) for line in lines if line not in edges]
    with Hub("elsewhere") as other:
        assert imported(other, exchange, *map(json.dumps, edges)) == []
        for edge in edges:
            there = str(found(other.registry, edge["id"]).device_scope)
            others = [line.replace(edge["deviceScope"], there) for line in others]
        assert imported(other, exchange, *others) == []
        parent = found(other.registry, "edge")
        assert parents(found(other.registry, "leaf")) == [parent.device_scope]
        assert found(other.registry, "edge", "filter")


def test_an_edge_device_that_is_there_already_keeps_its_scope(factory, exchange):
    """A second import of the old hub's line is refused, for it would change it."""
    (line, *_) = (json.dumps(line) for line in exported(factory, exchange))
    with Hub("elsewhere") as other:
        assert imported(other, exchange, line) == []
        assert imported(other, exchange, line) == [("edge", 400004)]


def test_a_child_before_its_parent_is_refused(factory, exchange):
    """Lines are applied in their order."""
    scope = found(factory.registry, "edge").device_scope
    assert imported(factory, exchange, a_line("edge", importMode="delete")) == []
    lines = (a_line("new", deviceScope=scope), a_line("edge", **EDGE))
    assert imported(factory, exchange, *lines) == [("new", 400028)]
