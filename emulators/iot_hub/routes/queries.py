"""`POST /devices/query`: the few queries that operators of a registry need.

Source: the service's Swagger for paging, recorded traffic for `x-ms-item-type`, a live hub for
the bare refusal of everything else.
"""

import json
import re
from typing import Any, Final

from emulators.iot_hub import wire_shapes
from emulators.iot_hub.access import Right
from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.registry import Kind
from emulators.iot_hub.routes.operation import Answer, Call, Operation
from emulators.iot_hub.throttle import QUERIES


DEFAULT_PAGE: Final = 100
LARGEST_PAGE: Final = 1000

_COUNT: Final = re.compile(
    r"\s*select\s+count\(\s*\)\s+as\s+(\w+)\s+from\s+devices\s*", re.IGNORECASE
)
_ALL: Final = re.compile(r"\s*select\s+\*\s+from\s+(devices|devices\.modules)\s*", re.IGNORECASE)
_ONE: Final = re.compile(
    r"\s*select\s+\*\s+from\s+devices\s+where\s+deviceid\s*=\s*'([^']*)'\s*", re.IGNORECASE
)
_KINDS: Final[dict[str, Kind]] = {"devices": "device", "devices.modules": "module"}


def _query(hub: Hub, call: Call) -> Answer:
    query = _text(call.json)
    if match := _COUNT.fullmatch(query):
        return _found([{match[1]: hub.registry.count("device")}], "Raw")
    if match := _ONE.fullmatch(query):
        device = hub.registry.find(match[1])
        return _found([wire_shapes.twin(device)] if device else [], "Twin")
    if match := _ALL.fullmatch(query):
        return _page(hub, call, _KINDS[match[1].lower()])
    raise _refused()


def _page(hub: Hub, call: Call, kind: Kind) -> Answer:
    size = _size(call.headers.get("x-ms-max-item-count", ""))
    # One more than asked for tells whether there is a next page.
    rows = hub.registry.page(kind, _after(call.headers.get("x-ms-continuation")), size + 1)
    found = _found([wire_shapes.twin(row) for row in rows[:size]], "Twin")
    if len(rows) <= size:
        return found
    token = json.dumps(rows[size - 1][:2]).encode().hex()
    return Answer(found.body, headers={**found.headers, "x-ms-continuation": token})


def _found(items: list[Any], kind: str) -> Answer:
    return Answer(items, headers={"x-ms-item-type": kind})


def _size(asked: str) -> int:
    return max(1, min(LARGEST_PAGE, int(asked))) if asked.isdecimal() else DEFAULT_PAGE


def _after(token: str | None) -> tuple[str, str]:
    if not token:
        return ("", "")
    try:
        device_id, module_id = json.loads(bytes.fromhex(token))
    except (ValueError, TypeError) as error:
        raise _refused() from error
    return (str(device_id), str(module_id))


def _text(body: Any) -> str:
    match body:
        case {"query": str(query)}:
            return query
        case _:
            raise _refused()


def _refused() -> HubError:
    return HubError(ErrorCode.ArgumentInvalid, "BadRequest")


OPERATIONS: Final = (Operation("POST", "/devices/query", Right.SERVICE_CONNECT, _query, QUERIES),)
