"""Time as the service counts it: .NET ticks, 100 ns each since the year 1, always UTC."""

import time
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Final


TICKS_A_SECOND: Final = 10_000_000
UNIX_EPOCH: Final = 62_135_596_800 * TICKS_A_SECOND

#: How the service writes a time that never came (recorded traffic of the .NET SDK's tests).
NEVER: Final = "0001-01-01T00:00:00Z"


def now() -> int:
    """Return the present moment."""
    return UNIX_EPOCH + time.time_ns() // 100


def iso(ticks: int) -> str:
    """Write a moment with all seven digits: `2020-08-20T00:08:31.5031967Z`."""
    seconds, fraction = divmod(ticks - UNIX_EPOCH, TICKS_A_SECOND)
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%S}.{fraction:07}Z"


def american(ticks: int) -> str:
    """Write a moment as error bodies do: `08/20/2020 22:05:30`."""
    return f"{_moment(ticks):%m/%d/%Y %H:%M:%S}"


def rfc1123(ticks: int) -> str:
    """Write a moment as Resource Manager does: `Thu, 15 Jun 2017 19:20:58 GMT`."""
    return format_datetime(_moment(ticks), usegmt=True)


def _moment(ticks: int) -> datetime:
    return datetime.fromtimestamp((ticks - UNIX_EPOCH) // TICKS_A_SECOND, UTC)
