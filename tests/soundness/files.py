"""Whole files of every format, validated with patterns and without."""

import base64
import csv
import dataclasses
import io
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from shared.domain.defaults import Defaults
from shared.domain.device_rules import SCOPE
from shared.domain.formats.format import FileRefused
from shared.domain.formats.recognition import recognise
from shared.domain.parts import Part
from shared.domain.validation import validate
from tests.fakes.files import FakeParts
from tests.soundness.both_ways import told, without_patterns
from tests.soundness.mutations import COPIES, MUTANTS, mutants, renamed, teachers
from tests.soundness.pieces import NUMBERS, PIECES
from tests.soundness.seed_lines import long_text
from tests.soundness.text_mutations import TEXT_MUTATIONS


def try_file(chance: random.Random, defaults: Defaults) -> None:
    """Validate one file.

    Raises:
        AssertionError: The parts or the counts differ.
    """
    name, write = chance.choice(list(_FILES.items()))
    content = write(chance, defaults)
    details = chance.choice((0, 7, 10**6))
    together = validated(name, content, defaults, details)
    with without_patterns():
        alone = validated(name, content, defaults, details)
    for part, text in alone.items():
        assert text == together[part], told(part, text, together[part])


def validated(name: str, content: bytes, defaults: Defaults, details: int) -> Mapping[str, Any]:
    """Return the parts of a file by name, and its counts; or why it is refused."""
    parts = FakeParts()
    try:
        form, chunks = recognise(name, iter([content]))
        tally = validate(form.pieces(chunks), form, parts, io.BytesIO(), defaults, details)
    except FileRefused as refusal:
        return {"refusal": refusal.text}
    texts: dict[str, Any] = {part: b"".join(parts.read(part)) for part in Part}
    return {**texts, "tally": dataclasses.asdict(tally)}


def _lines(chance: random.Random, defaults: Defaults) -> Iterator[bytes]:
    taught = teachers(chance, defaults)
    for number in range(COPIES * len(taught)):
        yield renamed(taught[number // COPIES], number, chance)
    yield from mutants(taught, MUTANTS, chance)


def _ndjson(chance: random.Random, defaults: Defaults) -> bytes:
    return b"\n".join(_lines(chance, defaults))


def _array(chance: random.Random, defaults: Defaults) -> bytes:
    return b"[%s]" % chance.choice((b",", b",\n")).join(_lines(chance, defaults))


def _table(chance: random.Random, _: Defaults) -> bytes:
    """Return a table; some of its cells and rows are not what they should be."""
    groups = chance.sample(_COLUMNS, chance.randrange(1, len(_COLUMNS)))
    makers = {"id": _name} | {title: make for group in groups for title, make in group.items()}
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(makers)
    for _row in range(2 * MUTANTS):
        cells = [make(chance) for make in makers.values()]
        if chance.random() < 1 / 4:
            cells[chance.randrange(len(cells))] = _odd(chance)
        table.writerow(cells)
    return b"\n".join(_spoilt(row, chance) for row in text.getvalue().encode().split(b"\n"))


def _name(chance: random.Random) -> str:
    return chance.choice(("device-%d", "Device-%d")) % chance.randrange(100 * MUTANTS)


def _odd(chance: random.Random) -> str:
    odd = chance.choice((b"", *PIECES, *NUMBERS))
    return chance.choice((odd.decode(errors="replace"), long_text(chance)))


def _spoilt(row: bytes, chance: random.Random) -> bytes:
    """Change one row in fifty, but for the quotes, of which one too few ends the table."""
    if chance.random() > 1 / 50:
        return row
    spoilt = chance.choice(TEXT_MUTATIONS)(row, row, chance)
    return spoilt if spoilt.count(b'"') == row.count(b'"') else row


def _key(chance: random.Random) -> str:
    return base64.b64encode(chance.randbytes(32)).decode()


#: Columns that come together, and what makes their cells.
_COLUMNS: Final[Sequence[Mapping[str, Callable[[random.Random], str]]]] = (
    {"importMode": lambda chance: chance.choice(("create", "update", "Create"))},
    {"status": lambda chance: chance.choice(("enabled", "disabled"))},
    {"statusReason": lambda chance: chance.choice(("in use", "Łódź", ""))},
    {"primaryKey": _key, "secondaryKey": _key},
    {"authType": lambda _: "certificateAuthority"},
    {"tags.plant": lambda chance: chance.choice(("Łódź", "P1", "")), "tags.line": lambda _: "7"},
    {"desired.limits": lambda _: '[1,2.5,{"unit":"C"}]', "desired.on": lambda _: "TRUE"},
    {"iotEdge": lambda chance: chance.choice(("true", "false"))},
    {"deviceScope": lambda _: f"{SCOPE}edge-1", "parentScopes": lambda _: ""},
)
_FILES: Final[Mapping[str, Callable[[random.Random, Defaults], bytes]]] = {
    "devices.txt": _ndjson,
    "devices.json": _array,
    "devices.csv": _table,
}
