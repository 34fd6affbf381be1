"""`/twins`: the twins of devices and modules, read, patched and replaced."""

from collections.abc import Callable
from typing import Final

from emulators.iot_hub import wire_shapes
from emulators.iot_hub.access import Right
from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.export_import_device import Properties
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.identity import Identity, with_twin
from emulators.iot_hub.routes.operation import Answer, Call, Operation, unreadable_body
from emulators.iot_hub.throttle import TWIN_READS, TWIN_UPDATES
from emulators.iot_hub.tier import STANDARD
from emulators.iot_hub.twin_document import checked, merged
from emulators.iot_hub.typed_json import (
    Document,
    Unreadable,
    collection,
    fields,
    nested,
    read_object,
)


_PROPERTIES: Final = fields(desired=("desired", collection))
_TWIN: Final = fields(
    tags=("tags", collection), properties=("properties", nested(_PROPERTIES, Properties))
)

type Change = Callable[[Identity, Document | None, Document | None], Identity]


def _get(hub: Hub, call: Call) -> Answer:
    return Answer(wire_shapes.twin(_identity(hub, call)))


def _patch(hub: Hub, call: Call) -> Answer:
    return _write(hub, call, _patched)


def _put(hub: Hub, call: Call) -> Answer:
    return _write(hub, call, _replaced)


def _write(hub: Hub, call: Call, change: Change) -> Answer:
    tags, desired = _sections(call)
    with hub.registry.transaction():
        identity = _identity(hub, call)
        if call.if_match not in {None, "*", identity.twin_etag}:
            raise HubError(ErrorCode.PreconditionFailed, "PreconditionFailed")
        hub.registry.replace(change(identity, tags, desired))
    return _get(hub, call)


def _patched(identity: Identity, tags: Document | None, desired: Document | None) -> Identity:
    return with_twin(
        identity,
        None if tags is None else merged("tags", identity.tags, tags),
        None if desired is None else merged("desired", identity.desired, desired),
    )


def _replaced(identity: Identity, tags: Document | None, desired: Document | None) -> Identity:
    """Replace both sections: what the body does not name is emptied, as seen on a live hub."""
    return with_twin(identity, checked("tags", tags or {}), checked("desired", desired or {}))


def _sections(call: Call) -> tuple[Document | None, Document | None]:
    try:
        read = read_object(call.json, _TWIN)
    except Unreadable as error:
        raise unreadable_body(error) from error
    return read.get("tags"), read.get("properties", Properties()).desired


def _identity(hub: Hub, call: Call) -> Identity:
    """Return the twin's owner; a missing module is told like a missing device, as seen live."""
    device_id, module_id = call.path["id"], call.path.get("mid", "")
    identity = hub.registry.find(device_id, module_id)
    if identity is None:
        raise HubError(ErrorCode.DeviceNotFound, module_id or device_id)
    return identity


OPERATIONS: Final = tuple(
    Operation(verb, path, Right.SERVICE_CONNECT, handler, throttle, STANDARD)
    for path in ("/twins/{id}", "/twins/{id}/modules/{mid}")
    for verb, handler, throttle in (
        ("GET", _get, TWIN_READS),
        ("PATCH", _patch, TWIN_UPDATES),
        ("PUT", _put, TWIN_UPDATES),
    )
)
