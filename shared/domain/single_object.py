"""Reads an object of JSON that is judged by itself, whatever it is about."""

from collections.abc import Callable
from typing import Any

from pydantic_core import from_json

from shared.domain.ambiguity import ambiguities
from shared.domain.device_line import (
    CUT,
    MAX_LINE_BYTES,
    Judged,
    Rejected,
    blank,
    too_long,
    unreadable,
)
from shared.domain.finding import Finding
from shared.domain.rules import Code


#: Judges the members of an object, given its number and text.
type JudgeMembers = Callable[[int, dict[str, Any], bytes], Judged]


def judge_object(number: int, line: bytes, judge: JudgeMembers) -> Judged:
    """Judge a line that must be one object, by what `judge` says of its members.

    Args:
        number: Line or item of the file, counted from 1.
        line: The object, as `judge_line` takes it.
        judge: What judges an object that says everything once.
    """
    if len(line) > MAX_LINE_BYTES:
        return too_long(number, line[:CUT])
    text = line.strip(b" \t\r")
    if not text:
        return blank(number)
    try:
        members = from_json(text, allow_inf_nan=False)
    except ValueError as error:
        return Rejected(number, None, (unreadable(text, str(error)),), text)
    if wrong := _unclear(text, members):
        return Rejected(number, None, wrong, text)
    return judge(number, members, text)


def _unclear(text: bytes, members: Any) -> tuple[Finding, ...]:
    if not isinstance(members, dict):
        return (Finding("", Code.NOT_AN_OBJECT),)
    return tuple(ambiguities(text, members))
