"""When a timer is due: NCRONTAB expressions of six fields, or a constant interval. All in UTC.

NCRONTAB is the dialect of the library NCrontab, which the real host uses. It is not Vixie's cron,
which the Python libraries follow: the day of the month and the day of the week must *both* match,
Sunday is 0 and never 7, and `a/n` means every n from `a` on. Hence the few rules stand here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Protocol

from emulators.functions_host.settings import time_span


SECOND: Final = timedelta(seconds=1)
MINUTE: Final = timedelta(minutes=1)
HOUR: Final = timedelta(hours=1)
DAY: Final = timedelta(days=1)
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
NEVER: Final = datetime.max.replace(tzinfo=UTC)
#: Any date that exists comes on any day of the week within forty years.
HORIZON: Final = 41 * 366 * DAY


class ScheduleRejected(ValueError):
    """The text is neither an NCRONTAB expression nor a time span."""


class Schedule(Protocol):
    """Knows when a timer is due."""

    def next_after(self, moment: datetime) -> datetime:
        """Return the first due time after the moment; NEVER if there is none."""
        ...

    @property
    def is_under_a_minute(self) -> bool:
        """Tell whether it is due more often than once a minute."""
        ...


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an expression: its range, and names for its values."""

    kind: str
    first: int
    last: int
    names: tuple[str, ...] = ()

    def parse(self, text: str) -> frozenset[int]:
        """Return the values that the text allows; raises ScheduleRejected."""
        try:
            return frozenset(value for part in text.split(",") for value in self._values(part))
        except ValueError as error:
            message = f"{text!r} is not a valid {self.kind} field: {error}"
            raise ScheduleRejected(message) from error

    def _values(self, part: str) -> Iterable[int]:
        span, stepped, step = part.partition("/")
        if span == "*":
            low, high = self.first, self.last
        elif "-" in span:
            low, high = sorted(self._value(end) for end in span.split("-", 1))
        else:
            low = self._value(span)
            high = self.last if stepped else low
        # NCrontab takes a step below one for one.
        return range(low, high + 1, max(1, int(step)) if stepped else 1)

    def _value(self, text: str) -> int:
        value = int(text) if text.isdecimal() else self.first + self._position(text.lower())
        if not self.first <= value <= self.last:
            message = f"{value} is not between {self.first} and {self.last}"
            raise ValueError(message)
        return value

    def _position(self, start: str) -> int:
        """Return the place of the first name that starts so: `jan`, `January` and `j` are one."""
        for position, name in enumerate(self.names):
            if start and name.startswith(start):
                return position
        message = f"{start!r} is not a number or a name"
        raise ValueError(message)


FIELDS: Final = (
    Field("second", 0, 59),
    Field("minute", 0, 59),
    Field("hour", 0, 23),
    Field("day", 1, 31),
    Field(
        "month",
        *(1, 12),
        (
            *("january", "february", "march", "april", "may", "june"),
            *("july", "august", "september", "october", "november", "december"),
        ),
    ),
    Field(
        "day of week",
        *(0, 6),
        ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"),
    ),
)
EVERY: Final = tuple(field.parse("*") for field in FIELDS)


@dataclass(frozen=True, slots=True)
class Crontab:
    """An NCRONTAB expression: the values that each of the six fields allows."""

    fields: tuple[frozenset[int], ...]

    def next_after(self, moment: datetime) -> datetime:
        """Return the first due time after the moment; NEVER if there is none."""
        due = moment.astimezone(UTC).replace(microsecond=0) + SECOND
        end = due + HORIZON
        while unit := self._mismatch(due):
            due += unit - (due - EPOCH) % unit
            if due > end:
                return NEVER
        return due

    @property
    def is_under_a_minute(self) -> bool:
        """Tell whether only the seconds are restricted, to two or more of them."""
        return self.fields[1:] == EVERY[1:] and len(self.fields[0]) > 1

    def _mismatch(self, due: datetime) -> timedelta | None:
        """Return the largest unit of time that has to pass before a field can match."""
        second, minute, hour, day, month, weekday = self.fields
        on_day = due.day in day and due.month in month and due.isoweekday() % 7 in weekday
        matches = (
            (DAY, on_day),
            (HOUR, due.hour in hour),
            (MINUTE, due.minute in minute),
            (SECOND, due.second in second),
        )
        return next((unit for unit, matched in matches if not matched), None)


@dataclass(frozen=True, slots=True)
class Interval:
    """The same time between any two runs."""

    length: timedelta

    def next_after(self, moment: datetime) -> datetime:
        """Return the moment plus the interval."""
        return moment + self.length

    @property
    def is_under_a_minute(self) -> bool:
        """Tell whether the interval is shorter than a minute."""
        return self.length < MINUTE


def parse_schedule(text: str) -> Schedule:
    """Read a timer's schedule: six NCRONTAB fields, or `hh:mm:ss`; raises ScheduleRejected."""
    words = text.split()
    if len(words) == len(FIELDS):
        return Crontab(tuple(field.parse(word) for field, word in zip(FIELDS, words, strict=True)))
    try:
        return Interval(time_span(text))
    except ValueError as error:
        message = f"{text!r} is neither six NCRONTAB fields nor hh:mm:ss"
        raise ScheduleRejected(message) from error
