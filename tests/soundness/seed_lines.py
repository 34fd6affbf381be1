"""Lines to begin with: what tools write, what people get wrong, and what stands at a limit."""

import base64
import json
import random
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from benchmarks.device_lines import (
    Mixed,
    of_an_edge,
    with_certificate,
    with_keys,
    with_twin,
)
from benchmarks.unlike_lines import in_any_order, of_any_shape, with_a_name_of_its_own, wrong
from shared.domain.device_identity import WORDS
from shared.domain.device_rules import SCOPE
from shared.domain.twin_rules import MAX_DEPTH, SECTIONS


type MakeLine = Callable[[int, random.Random], bytes]

SAMPLES: Final = [
    line
    for file in sorted((Path(__file__).parents[2] / "samples").glob("*.devices.txt"))
    for line in file.read_bytes().splitlines()
]
#: Lengths around every limit of a text, in characters.
LENGTHS: Final = (
    *(0, 1, 2, 16, 39, 40, 41, 63, 64, 65, 88, 127, 128, 129, 1023, 1024, 1025),
    *(4000, 4095, 4096, 4097),
)
#: What texts are made of: one to four bytes in UTF-8, and what a twin does not count.
LETTERS: Final = ("x", "é", "東", "😀", "\x7f", "\x85", "\u2028")


def long_text(chance: random.Random) -> str:
    """Return a text of a length at which something may end."""
    return chance.choice(LETTERS) * chance.choice(LENGTHS)


def at_a_limit(number: int, chance: random.Random) -> bytes:
    """Return a line of some members, each of them as long or deep as may just be."""
    some = chance.sample(list(MEMBERS), chance.randrange(1, len(MEMBERS)))
    members = {"id": f"{number}".ljust(chance.choice((1, 127, 128)), "x")}
    members |= {name: MEMBERS[name](chance) for name in some}
    members = dict(chance.sample(list(members.items()), len(members)))
    return json.dumps(members, ensure_ascii=False, separators=chance.choice(SPACING)).encode()


def with_blanks(number: int, chance: random.Random) -> bytes:
    """Return a line as Python writes it, its members sorted or not."""
    members = json.loads(chance.choice((with_keys, with_twin))(number, chance))
    return json.dumps(members, sort_keys=chance.random() < 1 / 2).encode()


def with_authentication(number: int, chance: random.Random) -> bytes:
    """Return a line with keys or thumbprints of any good size, or with neither."""
    size = chance.randrange(16, 65)
    keys = (_key(chance, size), _key(chance, size))
    prints = [chance.randbytes(chance.choice((20, 32))).hex() for _ in range(2)]
    kind = chance.choice(
        (
            {"symmetricKey": dict(zip(_KEYS, keys, strict=True))},
            {"type": "selfSigned", "x509Thumbprint": dict(zip(_PRINTS, prints, strict=True))},
            {"type": "selfSigned", "x509Thumbprint": {_PRINTS[0]: prints[0]}},
            {"type": "certificateAuthority"},
        )
    )
    members = {"id": f"d{number}", "authentication": kind, "status": "enabled"}
    return json.dumps(members, separators=chance.choice(SPACING)).encode()


def mixed(number: int, chance: random.Random) -> bytes:
    """Return a line of any kind, perhaps a wrong one."""
    return Mixed()(number, chance)


def of_a_sample(_: int, chance: random.Random) -> bytes:
    """Return a line of one of the samples."""
    return chance.choice(SAMPLES)


def _key(chance: random.Random, size: int) -> str:
    return base64.b64encode(chance.randbytes(size)).decode()


def _authentication(chance: random.Random) -> Any:
    """Return any of it together, which is mostly wrong."""
    members = {
        "symmetricKey": {name: _key(chance, chance.randrange(15, 66)) for name in _KEYS},
        "x509Thumbprint": {name: chance.randbytes(20).hex() for name in _PRINTS},
        "type": chance.choice(WORDS["authentication.type"]),
    }
    return {name: members[name] for name in chance.sample(list(members), chance.randrange(3))}


def _section(chance: random.Random, limit: int) -> dict[str, Any]:
    """Return a section that is nearly full, or nested as deep as may be."""
    if chance.random() < 1 / 2:
        return _nested(chance, MAX_DEPTH)
    count = chance.choice((1, 2, 3, limit // 4096, 20))
    size = min(limit // count, 4096) - 3
    return {f"n{index:02}": "x" * chance.randrange(size - 3, size + 1) for index in range(count)}


def _nested(chance: random.Random, depth: int) -> dict[str, Any]:
    value = chance.choice(("", "x", 0, -1.5, True, [1, "x", [False]]))
    return {"n": _nested(chance, depth - 1) if depth else value}


def _properties(chance: random.Random) -> dict[str, Any]:
    limit = SECTIONS["properties.desired"]
    return {
        section: _section(chance, limit)
        for section in chance.sample(("desired", "reported"), chance.randrange(3))
    }


_KEYS: Final = ("primaryKey", "secondaryKey")
_PRINTS: Final = ("primaryThumbprint", "secondaryThumbprint")
#: What a line may have, and values of it that are good, mostly.
MEMBERS: Final[Mapping[str, Callable[[random.Random], Any]]] = {
    "importMode": lambda chance: chance.choice(WORDS["importMode"]),
    "status": lambda chance: chance.choice((*WORDS["status"], None)),
    "statusReason": lambda chance: "r" * chance.choice((0, 1, 127, 128)),
    "eTag": lambda chance: "e" * chance.choice((0, 1, 1023, 1024, 1025)),
    "twinETag": lambda chance: "t" * chance.choice((0, 1, 1024)),
    "authentication": _authentication,
    "tags": lambda chance: _section(chance, SECTIONS["tags"]),
    "properties": _properties,
    "capabilities": lambda chance: {"iotEdge": chance.choice((True, False, None))},
    "deviceScope": lambda chance: chance.choice((None, "", SCOPE, f"{SCOPE}e-1", "e-1")),
    "parentScopes": lambda chance: chance.choice(
        (None, [], [f"{SCOPE}e-1"], [SCOPE, f"{SCOPE}e-2"], ["e-1"], [f"{SCOPE}e-1", ""])
    ),
    "moduleId": lambda chance: chance.choice((None, None, None, "m", "$edgeAgent")),
}
SPACING: Final = ((",", ":"), (", ", ": "))
#: Makers of lines. Those of one maker look alike, or not at all.
SHAPES: Final[tuple[MakeLine, ...]] = (
    *(with_keys, with_twin, with_certificate, of_an_edge, mixed, with_blanks, of_a_sample),
    *(in_any_order, with_a_name_of_its_own, of_any_shape, wrong, at_a_limit, at_a_limit),
    *(with_authentication, with_authentication),
)
