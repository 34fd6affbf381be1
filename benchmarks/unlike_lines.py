"""Lines that no pattern fits: what somebody would send to make the validation slow."""

import json
import random
from collections.abc import Callable
from typing import Any, Final

from benchmarks.device_lines import with_keys, with_twin
from benchmarks.mistakes import MISTAKES, make


#: Members that a line may have or not; each is good in company of all others.
MEMBERS: Final[dict[str, Any]] = {
    "importMode": "createOrUpdate",
    "eTag": "MA==",
    "statusReason": "in use",
    "authentication": {"type": "certificateAuthority"},
    "twinETag": "AAAAAAAAAAI=",
    "capabilities": {"iotEdge": False},
    "deviceScope": None,
    "moduleId": None,
}
DEPTH: Final = 4


def in_any_order(number: int, chance: random.Random) -> bytes:
    """Return a line with its members in an order of its own."""
    return _compact(_shuffled(json.loads(with_twin(number, chance)), chance))


def wrong(number: int, chance: random.Random) -> bytes:
    """Return a line with a mistake in it."""
    return make(chance.choice(MISTAKES), with_keys(number, chance))


def with_a_name_of_its_own(number: int, chance: random.Random) -> bytes:
    """Return a line with a name in its tags that no other line has."""
    return with_twin(number, chance).replace(b'"tags":{', b'"tags":{"batch%d":true,' % number)


def of_any_shape(number: int, chance: random.Random) -> bytes:
    """Return a line of any members, with a twin of any shape."""
    some = chance.sample(list(MEMBERS.items()), chance.randrange(len(MEMBERS)))
    twin = {"tags": _object(chance, DEPTH), "properties": {"desired": _object(chance, DEPTH)}}
    members = {"id": f"d-{number}", "status": "enabled"} | dict(some) | twin
    return _compact(_shuffled(members, chance))


def _shuffled(members: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    return dict(chance.sample(list(members.items()), len(members)))


def _object(chance: random.Random, depth: int) -> dict[str, Any]:
    names = chance.sample(range(50), chance.randrange(4))
    return {f"n{name}": _value(chance, depth) for name in names}


def _array(chance: random.Random, depth: int) -> list[Any]:
    return [_value(chance, depth) for _ in range(chance.randrange(3))]


def _value(chance: random.Random, depth: int) -> Any:
    return chance.choice(VALUES if depth else FLAT)(chance, depth - 1)


type MakeValue = Callable[[random.Random, int], Any]

FLAT: Final[tuple[MakeValue, ...]] = (
    lambda chance, _: "t" * chance.randrange(20),
    lambda chance, _: chance.choice((0, 7, 2.5, -12)),
    lambda chance, _: chance.choice((True, False)),
)
VALUES: Final = (*FLAT, _array, _object)


def _compact(members: dict[str, Any]) -> bytes:
    return json.dumps(members, ensure_ascii=False, separators=(",", ":")).encode()
