"""The record of an import: its state, its history and what is still to be told, in one document.

The document is written as a whole, and only onto the version that was read. So one write is one
transaction; there is no second place to keep in step.
"""

import base64
import hashlib
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, Self

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from shared.domain.device_line import Order
from shared.domain.lifecycle import FINAL, State, check_step
from shared.domain.parts import Part
from shared.domain.task import Task


#: The version of records that this app writes, and the last one that it reads. It grows with every
#: change that an app which does not know it must not pass over; see docs/decisions/0015.
VERSION: Final = 1
#: Steps kept in the history; the oldest go first.
HISTORY_STEPS: Final = 100
_IMPORT_ID: Final = re.compile("[a-z2-7]{26}")


def import_id(account: str, container: str, name: str, etag: str) -> str:
    """Return the id of the import of one version of one blob: 26 characters of a-z and 2-7.

    The same drop, told any number of times, is the same import; an overwritten blob is a new one.
    """
    version = "\0".join((account, container, name, etag.strip('"')))
    digest = hashlib.sha256(version.encode(errors="surrogatepass")).digest()
    return base64.b32encode(digest[:20]).decode()[:26].lower()


def is_import_id(text: str) -> bool:
    """Tell whether this can be the id of an import, and not just any text of a message."""
    return bool(_IMPORT_ID.fullmatch(text))


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True)


class Source(_Value):
    """The version of the device file that is imported, or the message that asks for an export."""

    account: str
    container: str
    name: str
    etag: str
    size: int  #: bytes
    last_modified: AwareDatetime
    #: What the sender set on the blob.
    metadata: Mapping[str, str] = {}


class Export(_Value):
    """What an export holds beside the identities."""

    keys: bool = False  #: the keys of the devices
    configurations: bool = False  #: a second file, with the configurations


class Section(_Value):
    """Some accepted lines of the same order, one after the other in `devices.txt`."""

    lines: int
    bytes: int
    order: Order = Order.DEVICE


class Phase(_Value):
    """Where an import stands whose lines are sent in phases; see `family`."""

    number: int = 0  #: counted from 0
    of: int  #: how many there are
    #: The file that tells what became of parents by now, below `work/<import id>`.
    fates: str = ""
    #: The file with the lines of this phase, once they are laid out, and how many they are.
    part: str = ""
    lines: int = 0

    @property
    def is_last(self) -> bool:
        """Whether no other follows."""
        return self.number + 1 == self.of

    def following(self) -> Self:
        """Return the phase after this one."""
        return self.model_copy(update={"number": self.number + 1, "part": "", "lines": 0})


class Counts(_Value):
    """Lines of the source by what became of them: total = accepted + rejected + skipped."""

    total: int = 0
    accepted: int = 0
    rejected: int = 0
    skipped: int = 0
    applied: int = 0
    failed: int = 0


class Reason(_Value):
    """Why an import is where it is."""

    code: str  #: stable
    text: str  #: for people, without secrets


class Attempt(_Value):
    """One try at a job. It has its own exchange container, so a late call can do no harm."""

    number: int  #: counted from 1
    claimed_at: AwareDatetime
    way: str | None = None  #: None for the way of the import
    #: The lines that it is about, and how many; all that were accepted if it is None.
    part: str = Part.DEVICES
    lines: int | None = None
    phase: int = 0  #: of an import whose lines are sent in phases
    #: Set in the write right before the POST; from then on the job may exist.
    intent_at: AwareDatetime | None = None
    #: The jobs that the target showed before the POST.
    baseline: tuple[str, ...] = ()
    #: When its input was taken away because its start had stopped; no job of it begins any more.
    fenced_at: AwareDatetime | None = None
    job_id: str | None = None
    #: Whether the target was asked, and was found to have begun nothing.
    void: bool = False
    #: Since when the target does not show what it should.
    missing_since: AwareDatetime | None = None


class Event(_Value):
    """One message to subscribers, part of the record until it is sent."""

    seq: int  #: counted from 1, without gaps
    type: str
    time: AwareDatetime
    data: Mapping[str, Any]
    sent_at: AwareDatetime | None = None


class Step(_Value):
    """One line of the history."""

    state: State
    at: AwareDatetime


class ImportRecord(_Value):
    """All that is known of one import."""

    v: int = 1  #: see `VERSION`; the first records had none
    id: str
    state: State = State.RECEIVED
    rev: int = 0  #: grows with every write
    since: AwareDatetime  #: when the state was entered
    received_at: AwareDatetime
    queued_at: AwareDatetime | None = None
    not_before: AwareDatetime | None = None  #: the next try waits until then
    source: Source
    target: str | None = None  #: alias
    way: str = ""  #: the way that it takes into the target; see `Target.ways`
    slot: str = ""  #: what its target shares with others; empty without a target
    #: How the sender writes entries; see `Format.layout`.
    layout: Mapping[str, Any] = {}
    task: Task = Task.IMPORT
    export: Export | None = None  #: of a record whose task it is
    #: Where, in the folder of the import, the validation that counts has written its files. Each
    #: has a place of its own, so one that comes too late, or dies half way, spoils nothing.
    folder: str = ""
    #: How `devices.txt` is made up.
    sections: tuple[Section, ...] = ()
    #: None if all lines are sent at once, as they are.
    phase: Phase | None = None
    counts: Counts = Counts()
    #: Rules that were broken, warnings and notes, by code.
    findings: Mapping[str, int] = {}
    #: What the accepted lines ask for: create, replace, delete and so on.
    effects: Mapping[str, int] = {}
    reason: Reason | None = None
    attempts: tuple[Attempt, ...] = ()
    tries: int = 0  #: starts put off in a row, for the back-off
    #: When someone asked to cancel what the target may have begun.
    cancel_asked_at: AwareDatetime | None = None
    #: When storage first refused the target, if a start has been put off for it.
    storage_refused_since: AwareDatetime | None = None
    outbox: tuple[Event, ...] = ()
    history: tuple[Step, ...] = ()
    #: The stored version this was read from. Never part of the document.
    version: str | None = Field(default=None, exclude=True)

    @property
    def is_final(self) -> bool:
        """Whether nothing more happens than that the result is published."""
        return self.state in FINAL

    @property
    def attempt(self) -> Attempt:
        """The latest attempt. Raises IndexError when there was none."""
        return self.attempts[-1]

    @property
    def job_id(self) -> str | None:
        """The target's id of the latest job, if one was started; a second try is none."""
        jobs = [attempt.job_id for attempt in self.attempts if attempt.way is None]
        return jobs[-1] if jobs else None

    def validated(self, part: Part) -> str:
        """Return the path of a file that validation wrote, below `work/<import id>`."""
        return f"{self.folder}/{part}" if self.folder else part

    @property
    def unsent(self) -> tuple[Event, ...]:
        """What subscribers were not told yet, in order."""
        return tuple(event for event in self.outbox if not event.sent_at)

    def amend(self, **changes: Any) -> Self:
        """Return the next revision with `changes` and the same state."""
        return self.model_copy(update={"rev": self.rev + 1, **changes})

    def advance(self, state: State, at: datetime, **changes: Any) -> Self:
        """Return the next revision, in `state` since `at`, with `changes`.

        Raises:
            IllegalStep: The lifecycle has no such step.
        """
        check_step(self.state, state)
        history = (*self.history, Step(state=state, at=at))[-HISTORY_STEPS:]
        return self.amend(state=state, since=at, history=history, **changes)

    def with_attempt(self, **changes: Any) -> Mapping[str, Any]:
        """Return the change that alters the latest attempt, for `amend` and `advance`."""
        return {"attempts": (*self.attempts[:-1], self.attempt.model_copy(update=changes))}

    def with_event(self, kind: str, at: datetime, data: Mapping[str, Any]) -> Mapping[str, Any]:
        """Return the change that adds an event to the outbox, for `amend` and `advance`."""
        event = Event(seq=len(self.outbox) + 1, type=kind, time=at, data=data)
        return {"outbox": (*self.outbox, event)}

    def sent(self, at: datetime) -> Self:
        """Return the next revision, in which everything in the outbox has been sent."""
        outbox = (
            event.model_copy(update={"sent_at": event.sent_at or at}) for event in self.outbox
        )
        return self.amend(outbox=tuple(outbox))

    def back_off(self) -> timedelta:
        """Return how long to wait after a start was put off: 15 s, doubled up to 15 minutes."""
        return timedelta(seconds=min(15 << min(self.tries, 6), 900))
