"""What a cell of a CSV file says in JSON, and how a value of JSON is written into a cell.

Cells of fields that hold a text are texts. Cells of a twin have the type that they look like:

* `12`, `-3.25` is a number; not with a leading zero, a comma or an exponent, as in `007` or `1E5`
* `true` and `false`, in any case, is a truth value
* what begins with `{` or `[` is JSON, and must be
* everything else is a text; whether it is quoted makes no difference, as spreadsheets decide that
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum, auto
from json.encoder import encode_basestring
from typing import Any, Final

from pydantic_core import from_json

from shared.domain.formats.csv_dialect import Cell, cell_of
from shared.domain.formats.json_items import one_line


class Kind(Enum):
    """What the cells of a column hold."""

    TEXT = auto()
    TYPED = auto()  #: the type that a cell looks like
    TRUTH = auto()
    TEXTS = auto()  #: several texts with blanks or bars between them


class NotJson(ValueError):
    """A cell begins like JSON and is none."""


_DIGITS: Final = r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?"
_NUMBER: Final = re.compile(_DIGITS)
_NUMBERS: Final = re.compile(f"(?:{_DIGITS})?(?:\n(?:{_DIGITS})?)*+")
_BETWEEN_TEXTS: Final = re.compile(r"[ |]+")


def _truth(cell: Cell) -> Cell:
    word = cell.lower()
    return word if word in {"true", "false"} else encode_basestring(cell)


def _texts(cell: Cell) -> Cell:
    return f"[{','.join(map(encode_basestring, _BETWEEN_TEXTS.split(cell.strip(' |'))))}]"


def _typed(cell: Cell) -> Cell:
    if _NUMBER.fullmatch(cell):
        return cell
    return _json(cell) if cell[:1] in {"{", "["} else _truth(cell)


def _json(cell: Cell) -> Cell:
    text = cell.encode("latin-1")
    try:
        from_json(text, allow_inf_nan=False)
    except ValueError as error:
        raise NotJson(str(error)) from None
    return one_line(text).decode("latin-1")


_TO_JSON: Final[Mapping[Kind, Callable[[Cell], Cell]]] = {
    Kind.TEXT: encode_basestring,
    Kind.TYPED: _typed,
    Kind.TRUTH: _truth,
    Kind.TEXTS: _texts,
}


def to_json(cells: Sequence[Cell], kind: Kind) -> Iterable[Cell]:
    """Return the cells of a column as JSON; what becomes of empty ones is of no use.

    Raises:
        NotJson: One of them begins like JSON and is none.
    """
    if kind is Kind.TYPED and _are_numbers(cells):
        return cells
    return map(_TO_JSON[kind], cells)


def _are_numbers(cells: Sequence[Cell]) -> bool:
    """Tell in one go what columns of a twin mostly are."""
    joined = "\n".join(cells)
    return joined.count("\n") < len(cells) and _NUMBERS.fullmatch(joined) is not None


def to_cell(value: Any, kind: Kind) -> Cell:
    """Write a value into a cell; what is not there makes an empty one."""
    if value is None:
        return ""
    if isinstance(value, str):
        return cell_of(value)
    if kind is Kind.TEXTS:
        return cell_of(" ".join(map(str, value)))
    return cell_of(json.dumps(value, ensure_ascii=False, separators=(",", ":")))
