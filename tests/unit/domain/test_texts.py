import json
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from shared.domain.device_identity import FIELDS, TEXTS, WORDS
from shared.domain.texts import PLAIN, Free, Respelled


#: Good values of each field: one at least for each slot that it has, and the longest.
VALUES = {
    "id": ["press-1", "x" * 128, "a#b"],
    "moduleId": ["m", "m%"],
    "eTag": ["", "MA==", "Łódź", "e" * 1024],
    "importMode": [*WORDS["importMode"]],
    "status": [*WORDS["status"]],
    "statusReason": ["", "in use", "é" * 64, "r" * 128],
    "authentication.type": [*WORDS["authentication.type"]],
    "authentication.symmetricKey.primaryKey": ["A" * 22 + "==", "A" * 43 + "=", "A" * 64],
    "authentication.symmetricKey.secondaryKey": ["A" * 86 + "==", ""],
    "authentication.x509Thumbprint.primaryThumbprint": ["0a" * 20, "F1" * 32],
    "authentication.x509Thumbprint.secondaryThumbprint": ["F1" * 20],
    "twinETag": ["", "AAAAAAAAAAE="],
    "deviceScope": ["", "ms-azure-iot-edge://e-1"],
}
ALL = [(path, value) for path, values in VALUES.items() for value in values]
values = pytest.mark.parametrize(("path", "value"), ALL)


def taken(path: str, text: bytes) -> Any:
    """Return what the field makes of a text of JSON; nothing if it refuses it."""
    try:
        return TypeAdapter(FIELDS[path]).validate_json(text)
    except ValidationError:
        return None


def slot_of(path: str, value: str) -> bytes:
    slot = TEXTS[path].slot(value)
    assert slot is not None
    return slot.encode()


def test_every_text_field_is_tried():
    """A new field needs values above."""
    assert VALUES.keys() == TEXTS.keys()


@values
@given(data=st.data())
def test_a_slot_holds_nothing_that_the_field_refuses(path: str, value: str, data: st.DataObject):
    """Whatever fits the expression is a text that pydantic takes, as it stands."""
    ascii_only = slot_of(path, value).replace(rb"\xff", b"~")  # the rest is in the next test
    held = data.draw(st.from_regex(ascii_only, fullmatch=True))
    assert taken(path, b'"%s"' % held) == held.decode()


@values
@given(text=st.text(min_size=1).map(lambda text: text * (140 // len(text))) | st.text())
def test_a_slot_counts_bytes_where_the_field_counts_characters(path: str, value: str, text: str):
    """So a text of any script that fits the slot is not too long for the field."""
    if re.fullmatch(slot_of(path, value), text.encode(errors="surrogatepass")):
        assert taken(path, f'"{text}"'.encode(errors="surrogatepass")) == text


@values
def test_a_slot_holds_the_value_that_it_was_made_for(path: str, value: str):
    """Otherwise the line that taught it would not fit."""
    assert re.fullmatch(slot_of(path, value), value.encode())


@values
def test_a_slot_keeps_what_rules_look_at(path: str, value: str):
    """A word is kept as it is, and so is whether there is a text at all."""
    slot = slot_of(path, value)
    assert bool(re.fullmatch(slot, b"")) == (value == "")
    if path in WORDS:
        assert not any(re.fullmatch(slot, word.encode()) for word in {*WORDS[path]} - {value})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("status", "on"),
        ("statusReason", "é" * 65),
        ("eTag", "e" * 1025),
        ("id", "a b"),
        ("authentication.symmetricKey.primaryKey", "A" * 21),
    ],
)
def test_there_are_values_without_a_slot(path: str, value: str):
    """Words that are none, values that are refused, and texts that may be too long in bytes."""
    assert TEXTS[path].slot(value) is None


@given(st.characters())
def test_plain_text_stands_in_json_as_it_is(letter: str):
    """No quote, backslash or control character is plain, and everything else is."""
    data = letter.encode(errors="surrogatepass")
    plain = json.dumps(letter, ensure_ascii=False) == f'"{letter}"'
    assert bool(re.fullmatch(PLAIN.encode() + b"+", data)) == plain


@given(st.sampled_from([(path, word) for path in WORDS for word in WORDS[path]]), st.randoms())
def test_a_word_in_any_case_becomes_the_hubs_own(path_and_word: tuple[str, str], chance: Any):
    """Its type tells whether it was respelled."""
    path, word = path_and_word
    spelled = "".join(chance.choice((letter.upper(), letter.lower())) for letter in word)
    read = taken(path, f'"{spelled}"'.encode())
    assert read == word
    assert isinstance(read, Respelled) == (spelled != word)


@pytest.mark.parametrize("path", WORDS)
@given(text=st.text())
def test_no_other_word_is_taken(path: str, text: str):
    """Nor a number, nor null in place of it."""
    known = text.lower() in {word.lower() for word in WORDS[path]}
    assert (taken(path, json.dumps(text).encode()) is not None) == known
    assert taken(path, b"1") is None


@pytest.mark.parametrize(
    "path", [path for path, text in TEXTS.items() if not isinstance(text, Free)]
)
def test_a_line_feed_at_the_end_is_part_of_the_text(path: str):
    """It is not overlooked, as `$` does in Python's own expressions."""
    assert taken(path, json.dumps(VALUES[path][0] + "\n").encode()) is None
