"""Our judge with another parser in front of pydantic.

What the parser accepts has the right fields in the right form, and goes through the same rules
about several fields and about twins. All else goes to pydantic, which names the mistakes.
"""

from collections.abc import Callable

from benchmarks.contenders.line_by_line import JudgeLine
from shared.domain import device_line
from shared.domain.device_identity import DeviceIdentity, parse_line


#: Returns the members of a line, or None for a line that is not as it should be.
type Accept = Callable[[bytes], DeviceIdentity | None]


def judge_behind(accept: Accept) -> JudgeLine:
    """Return `judge_line` with the parser in its place."""

    def parse(line: bytes) -> DeviceIdentity:
        device = accept(line)
        return parse_line(line) if device is None else device

    vars(device_line).update(parse_line=parse)
    return device_line.judge_line
