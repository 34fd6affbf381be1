"""What a cell says in JSON."""

import json
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.formats.csv_cells import Kind, NotJson, to_cell, to_json
from shared.domain.formats.csv_dialect import cell_of


def said(cell: str, kind: Kind) -> Any:
    """Return the value that a cell says."""
    (text,) = to_json([cell_of(cell)], kind)
    return json.loads(text.encode("latin-1"))


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("12", 12),
        ("-3.25", -3.25),
        ("0", 0),
        ("0.10", 0.1),
        ("007", "007"),
        ("1E5", "1E5"),
        ("1,5", "1,5"),
        ("1.", "1."),
        (".5", ".5"),
        ("+1", "+1"),
        (" 1", " 1"),
        ("1\n2", "1\n2"),
        ("٣", "٣"),
        ("TRUE", True),
        ("False", False),
        ("true ", "true "),
        ("null", "null"),
        ("NaN", "NaN"),
        ("Berlin", "Berlin"),
        ('say "hi" \\ \x00\x1f', 'say "hi" \\ \x00\x1f'),
        ("100%s", "100%s"),
        ('{"a": [1, "ü"]}', {"a": [1, "ü"]}),
        ("[]", []),
        ("[1,\r\n 2]", [1, 2]),
        ('"quoted"', '"quoted"'),
    ],
)  # fmt: skip
def test_a_cell_of_a_twin_has_the_type_that_it_looks_like(cell: str, value: Any):
    """Numbers, truth values and JSON; everything else is a text."""
    assert said(cell, Kind.TYPED) == value
    assert type(said(cell, Kind.TYPED)) is type(value)


@given(st.text(max_size=10))
def test_a_cell_of_a_text_is_a_text(cell: str):
    """Whatever it looks like."""
    assert said(cell, Kind.TEXT) == cell


@given(st.lists(st.sampled_from(["", "1", "-0.5", "x", "1\n2", "01", "true"]), max_size=6))
def test_a_column_is_read_like_its_cells(cells: Sequence[str]):
    """However fast columns of numbers go; what becomes of empty cells is of no use."""
    whole = [text for text, cell in zip(to_json(cells, Kind.TYPED), cells, strict=True) if cell]
    assert whole == [text for cell in cells if cell for text in to_json([cell], Kind.TYPED)]


@pytest.mark.parametrize("cell", ["{", "[1,]", '{"a":NaN}', "[1] 2", '{"a":"\\ud800"}'])
def test_a_cell_that_begins_like_json_must_be_json(cell: str):
    """A slip of the pen is no text."""
    with pytest.raises(NotJson):
        list(to_json([cell], Kind.TYPED))


@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        ("True", Kind.TRUTH, True),
        ("yes", Kind.TRUTH, "yes"),
        ("a b|c", Kind.TEXTS, ["a", "b", "c"]),
        (" |a| ", Kind.TEXTS, ["a"]),
    ],
)
def test_other_cells(cell: str, kind: Kind, value: Any):
    """What is no truth value stays a text, for the rules to refuse."""
    assert said(cell, kind) == value


@given(
    st.recursive(
        st.booleans() | st.integers(-(2**53), 2**53) | st.text(min_size=1, max_size=5),
        lambda inside: st.lists(inside, max_size=2) | st.dictionaries(st.text(max_size=2), inside),
        max_leaves=4,
    )
)
def test_a_value_can_be_written_into_a_cell(value: Any):
    """Texts as they are, all else so that it is read again as it was."""
    cell = to_cell(value, Kind.TYPED)
    if isinstance(value, str):
        assert cell == cell_of(value)
    else:
        (text,) = to_json([cell], Kind.TYPED)
        assert json.loads(text.encode("latin-1")) == value


def test_nothing_makes_an_empty_cell():
    """And several texts stand side by side."""
    assert to_cell(None, Kind.TEXT) == ""
    assert to_cell(["a", "b"], Kind.TEXTS) == "a b"
