"""Changes what a line says and not how: its members, their order, names, values and depth.

A mutation takes the top object of a line and a source of chance, and changes the object.
"""

import copy
import json
import random
from collections.abc import Callable, Iterator
from typing import Any, Final

from shared.domain.twin_rules import SECTIONS
from tests.soundness.seed_lines import MEMBERS, SPACING, long_text


type _Container = dict[str, Any] | list[Any]
type _Place = tuple[Any, Any]

#: In place of a name.
NAMES: Final = (
    *("", "$x", "a.b", "a b", "#", "é", "東京", "\x85", "\u2028"),
    *("n" * 1024, "n" * 1025, "é" * 512, "é" * 513),
    *("id", "ID", "tags", "$version", "$metadata", "status", "type", "constructor", "deviceId"),
)
#: In place of a value.
VALUES: Final[tuple[Any, ...]] = (
    *(None, True, False, "", " ", [], {}, [None], {"a": None}, [[]], [{}], {"": ""}),
    *(0, -1, 7.5, 1e300, -0.0, 2**52 - 1, 2**52, -(2**52), -(2**52) - 1, 10**15 - 1, 10**15),
    *("enabled", "ENABLED", "Create", "create", "sas", "selfSigned", "a\ud800", "a\nb", 'a"b'),
)


def changed(line: bytes, chance: random.Random) -> bytes:
    """Return a line that says something else; a line that is no object stays as it is."""
    try:
        top = json.loads(line)
    except (ValueError, RecursionError):
        return line
    if not isinstance(top, dict) or not top:
        return line
    chance.choice(_MUTATIONS)(top, chance)
    spacing = SPACING[b'": ' in line]
    is_ascii = chance.random() < 1 / 20  # all else is escaped
    text = json.dumps(top, ensure_ascii=is_ascii, separators=spacing)
    return text.encode(errors="surrogatepass")


def _places(inside: _Container) -> Iterator[_Place]:
    """Yield each value by what it is in, and its name or index there."""
    for key in list(inside) if isinstance(inside, dict) else range(len(inside)):
        yield inside, key
        value = inside[key]  # type: ignore[index]  # a name of a dict, an index of a list
        if isinstance(value, dict | list):
            yield from _places(value)


def _place(top: dict[str, Any], chance: random.Random) -> _Place:
    return chance.choice(list(_places(top)))


def _object(top: dict[str, Any], chance: random.Random) -> dict[str, Any]:
    inner = [inside[key] for inside, key in _places(top) if isinstance(inside[key], dict)]
    return chance.choice([top, *inner])


def _reorder(top: dict[str, Any], chance: random.Random) -> None:
    members = _object(top, chance)
    items = list(members.items())
    members.clear()
    members.update(chance.sample(items, len(items)))


def _remove(top: dict[str, Any], chance: random.Random) -> None:
    inside, key = _place(top, chance)
    del inside[key]


def _swap(top: dict[str, Any], chance: random.Random) -> None:
    (one, key), (other, other_key) = _place(top, chance), _place(top, chance)
    one[key], other[other_key] = copy.deepcopy((other[other_key], one[key]))


def _copy(top: dict[str, Any], chance: random.Random) -> None:
    (one, key), (other, other_key) = _place(top, chance), _place(top, chance)
    one[key] = copy.deepcopy(other[other_key])


def _copy_beside(top: dict[str, Any], chance: random.Random) -> None:
    """Make two values of one object the same, as two keys."""
    members = _object(top, chance)
    if members:
        one, other = chance.choices(list(members), k=2)
        members[one] = copy.deepcopy(members[other])


def _replace(top: dict[str, Any], chance: random.Random) -> None:
    inside, key = _place(top, chance)
    inside[key] = chance.choice((*VALUES, long_text(chance)))


def _rename(top: dict[str, Any], chance: random.Random) -> None:
    members = _object(top, chance)
    if not members:
        return
    old = chance.choice(list(members))
    new = chance.choice((*NAMES, old.upper(), old.lower(), old.swapcase(), old + "x"))
    items = [(new if name == old else name, value) for name, value in members.items()]
    members.clear()
    members.update(items)


def _wrap(top: dict[str, Any], chance: random.Random) -> None:
    """Put a value deeper, by as much as makes it too deep or does not."""
    inside, key = _place(top, chance)
    for _ in range(chance.choice((1, 2, 8, 9, 10, 11, 12))):
        inside[key] = {"n": inside[key]} if chance.random() < 1 / 2 else [inside[key]]


def _add(top: dict[str, Any], chance: random.Random) -> None:
    if chance.random() < 1 / 2:
        name = chance.choice(list(MEMBERS))
        top[name] = MEMBERS[name](chance)
    else:
        _object(top, chance)[chance.choice(NAMES)] = chance.choice(VALUES)


def _repeat(top: dict[str, Any], chance: random.Random) -> None:
    """Write a text again and again until it is just as long as it may be, or longer."""
    places = chance.choice((list(_places(top)), [(top, name) for name in top]))
    texts = [(inside, key) for inside, key in places if isinstance(inside[key], str)]
    for inside, key in texts and [chance.choice(texts)]:
        size = chance.choice((127, 128, 129, 129, 1024, 1025, 4096, 4097))
        inside[key] = ((inside[key] or "x") * size)[:size]


def _fill(top: dict[str, Any], chance: random.Random) -> None:
    """Make the texts of a section so long that it is just full, or a bit more or less."""
    path = chance.choice(list(SECTIONS))
    section: Any = top
    for name in path.split("."):
        section = section.get(name) if isinstance(section, dict) else None
    places = list(_places(section)) if isinstance(section, dict) else []
    texts = [(inside, key) for inside, key in places if isinstance(inside[key], str)]
    for inside, key in texts:
        share = min(SECTIONS[path] // len(texts), 4096)
        size = share - chance.choice((0, 0, 1, 2, 3, 10, 20, 50, 100, 300))
        inside[key] = chance.choice(("x" * size, "é" * (size // 2), "x" * size + "\x85"))


_MUTATIONS: Final[tuple[Callable[[dict[str, Any], random.Random], None], ...]] = (
    *(_reorder, _remove, _swap, _copy, _copy_beside, _replace, _rename, _wrap, _add, _fill),
    *(_fill, _repeat, _repeat),
)
