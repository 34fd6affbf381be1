"""The check can fail: a pattern that says a bit too much, or too little, is found."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

import pytest

from shared.domain import pattern_set
from shared.domain.canonical_line import NO_EDIT
from shared.domain.device_line import Accepted, Order, Traits
from shared.domain.line_patterns import Pattern, learn
from shared.domain.texts import PLAIN
from tests.soundness.cases import try_case


#: Cases in which a fault must show.
CASES: Final = 100

type Fault = Callable[[Pattern], Pattern]


def rewritten(change: Callable[[bytes], bytes]) -> Fault:
    """Change the expression, all but the closing brace."""

    def fault(pattern: Pattern) -> Pattern:
        *symbols, brace = pattern.symbols
        return replace(pattern, symbols=(change(b"".join(symbols)), brace))

    return fault


def where(stands: str, comes: str) -> Fault:
    """Write something else where this stands in the expression."""
    pattern, other = re.compile(stands.encode()), comes.encode()
    return rewritten(lambda expression: pattern.sub(lambda _: other, expression))


def plain_text_of(letters: str) -> Fault:
    """Let plain text have other letters, and no more of them than must be."""
    pattern = re.compile(re.escape(PLAIN.encode()) + rb"(\{[0-9]+,[0-9]+\})\+")
    return rewritten(
        lambda expression: pattern.sub(lambda found: letters.encode() + found[1], expression)
    )


FAULTS: Final[dict[str, Fault]] = {
    "an id may have a character more": where(r"\{1,128\}\)", "{1,129})"),
    "an id may have a blank": where(r"\[A-Za-z0-9\\-:", r"[ A-Za-z0-9\-:"),
    "a thumbprint may have 41 digits": where(r"\[0-9A-Fa-f\]\{40\}", "[0-9A-Fa-f]{40,41}"),
    "a thumbprint may have 65 digits": where(r"\[0-9A-Fa-f\]\{64\}", "[0-9A-Fa-f]{64,65}"),
    "a key may be another base64": where(r"\[A-Za-z0-9\+/\]\{43\}=", "[A-Za-z0-9+/]{43}=?"),
    "two keys may be the same": where(r'\(\?!"\(\?P<key>.*?\(\?P=key\)"\)', ""),
    "a reason may be longer": where(r"\{1,128\}\+", "{1,129}+"),
    "a text of a twin has no limit": where(r"\{0,[0-9]+\}\+", "*+"),
    "a text may have a quote": plain_text_of(r"[ -\[\]-\xff]"),
    "a text may have a backslash": plain_text_of(r"[ !#-\xff]"),
    "a text may have a control character": plain_text_of(r"[\x01-\x09 !#-\[\]-\xff]"),
    "a number may be larger": where(r"\[0-9\]\{0,14\}\+", "[0-9]{0,16}+"),
    "a number may begin with 0": where(r"\[1-9\]\[0-9\]", "[0-9][0-9]"),
    "names and words may have any case": rewritten(lambda expression: b"(?i:%s)" % expression),
    "warnings are forgotten": lambda one: replace(one, warnings=()),
    "what is left out is not appended": lambda one: replace(one, edit=NO_EDIT),
    "children are taken for devices": lambda one: replace(one, order=Order.DEVICE),
    "lines are counted for others": lambda one: replace(one, traits=Traits("create", "", "")),
}


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_fault_of_patterns_is_found(fault: Fault, monkeypatch: pytest.MonkeyPatch):
    """Whatever a pattern is made to say wrongly makes a difference in some case."""

    def learn_wrongly(line: bytes, accepted: Accepted) -> Pattern:
        return fault(learn(line, accepted))

    monkeypatch.setattr(pattern_set, "learn", learn_wrongly)
    with pytest.raises(AssertionError) as caught:
        try_cases()
    (note,) = caught.value.__notes__
    assert "python -m tests.soundness 1 " in note


def test_text_that_is_no_utf_8_is_found(monkeypatch: pytest.MonkeyPatch):
    """Patterns see bytes only, so something else must keep such lines from them."""
    monkeypatch.setattr(pattern_set, "_legible", lambda lines: lines)
    with pytest.raises(AssertionError):
        try_cases()


def try_cases() -> None:
    """Try some cases until one finds a difference."""
    for number in range(CASES):
        try_case(1, number)
