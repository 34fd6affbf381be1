"""A registry with everything in it: twins, modules, all that devices prove themselves with, edges.

Names are such that a hub, which exports in their order, shows children before their parents.
"""

from collections.abc import Iterator
from typing import Any, Final

from emulators.iot_hub import import_modes
from emulators.iot_hub.export_import_device import read_device
from emulators.iot_hub.identity import Identity
from emulators.iot_hub.registry import Registry
from tests.emulators.iot_hub.lines import KEY_A, KEY_B, THUMBPRINT


type Json = dict[str, Any]

EDGE: Final[Json] = {"capabilities": {"iotEdge": True}}
#: What devices prove themselves with, in turn; nothing means that the hub makes keys.
_PROOFS: Final[tuple[Json, ...]] = (
    {},
    {"type": "sas", "symmetricKey": {"primaryKey": KEY_A, "secondaryKey": KEY_B}},
    {
        "type": "selfSigned",
        "x509Thumbprint": {"primaryThumbprint": THUMBPRINT, "secondaryThumbprint": "0" * 64},
    },
    {"type": "certificateAuthority"},
)
#: Of a hundred devices: an edge device, one below it, and their leaves.
_FAMILY: Final = 100
_PARENT, _CHILD = 0, 1
_LEAVES: Final = range(2, 22)
_GRANDCHILDREN: Final = range(22, 27)


def fill(registry: Registry, devices: int) -> None:
    """Create so many devices, and modules of some of them."""
    with registry.transaction():
        for number in range(devices):
            for line in _lines(registry, number):
                wish = read_device({"importMode": "create", "status": "enabled"} | line)
                import_modes.apply(registry, wish)


def _lines(registry: Registry, number: int) -> Iterator[Json]:
    name = name_of(number)
    device = {"id": name, **_identity(number), **_twin(number), **_place(registry, number)}
    yield device
    if number % 4 == 0:
        yield {"id": name, "moduleId": "filter", **_twin(number + 1), **_identity(number + 1)}


def name_of(number: int) -> str:
    """Return the id of a device."""
    place = number % _FAMILY
    kind = {_PARENT: "z-edge", _CHILD: "y-edge-child"}.get(place, "device")
    return f"{'a-leaf' if place in {*_LEAVES, *_GRANDCHILDREN} else kind}-{number:05}"


def _identity(number: int) -> Json:
    disabled = {"status": "disabled", "statusReason": f"spare part nº {number}"}
    proof = _PROOFS[number % len(_PROOFS)]
    return {"authentication": proof, **(disabled if number % 9 == 0 else {})}


def _twin(number: int) -> Json:
    tags = {"plant": number % 7, "site": {"name": "Nürnberg", "halls": [1, 2.5, True]}}
    desired = {"interval": number, "note": "line 1\nline 2", "deep": {"er": {"est": "x" * 40}}}
    reported = {"firmware": f"1.{number % 5}"} if number % 5 == 0 else {}
    return {"tags": tags, "properties": {"desired": desired, "reported": reported}}


def _place(registry: Registry, number: int) -> Json:
    """Tell whether a device is an edge device, and below which one it is."""
    first = number - number % _FAMILY
    place = number % _FAMILY
    if place == _PARENT:
        return EDGE
    if place == _CHILD:
        return {**EDGE, "parentScopes": [_scope(registry, first)]}
    if place in _LEAVES:
        return {"deviceScope": _scope(registry, first)}
    return {"deviceScope": _scope(registry, first + 1)} if place in _GRANDCHILDREN else {}


def _scope(registry: Registry, number: int) -> str:
    edge = registry.find(name_of(number))
    assert isinstance(edge, Identity)
    assert edge.device_scope
    return edge.device_scope
