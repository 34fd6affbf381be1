"""What the use cases need from the world, in the words of the domain.

Adapters and fakes both promise what the docstrings here say; `tests/contract` holds them to it.
Any method may raise `Unavailable`; what else it may raise is said where it stands.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, Final, Protocol

from shared.domain.formats.recognition import Kind
from shared.domain.import_errors import LineError
from shared.domain.import_record import Event, Export, ImportRecord, Source
from shared.domain.job import Job
from shared.domain.lifecycle import State
from shared.domain.parts import Part, Write
from shared.domain.task import Task


#: The way, where a target has one, on which single lines are tried once more that a job refused
#: for want of room. Source: bulk identity how-to, "import jobs and quota".
AGAIN: Final = "again"

#: Returns what takes the bytes of a section of a file, by the file's name.
type OpenFile = Callable[[str, int], Write]


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """Return the current time, aware and in UTC."""
        ...

    def monotonic(self) -> float:
        """Return seconds that never run backwards, comparable within this process only."""
        ...


class DeviceFiles(Protocol):
    """The container into which people drop device files."""

    def look(self, container: str, name: str) -> Source | None:
        """Return the version that is there now, or None if there is no such blob."""
        ...

    def all(self, container: str) -> Iterator[Source]:
        """Yield the versions of all blobs that are there now; nothing of a missing container."""
        ...

    def read(self, source: Source) -> Iterator[bytes]:
        """Yield the bytes of exactly this version, in chunks of a few megabytes.

        Raises:
            SourceChanged: The version is gone: overwritten or deleted.
        """
        ...


class Work(Protocol):
    """The files that we write: `work/<import id>/…` for us, `reports/<import id>/…` for people."""

    def replace(
        self, folder: str, names: Sequence[str], onto: Mapping[str, str] | None = None
    ) -> AbstractContextManager[OpenFile]:
        """Open files of a folder for writing, in place of what they held.

        Each appears whole when the block ends well, else not at all; one that nothing was written
        to is empty then. The sections of a file follow one another, in whatever order they come.

        Args:
            folder: Where they are.
            names: What they are called.
            onto: What `versions` returned, if nothing else may be replaced.

        Raises:
            Conflict: A file is not in the version of `onto`.
        """
        ...

    def versions(self, folder: str) -> Mapping[str, str]:
        """Return the version of each file that is in a folder now, by its name."""
        ...

    def read(self, path: str, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of a file, or some of them, in chunks; nothing if it is not there."""
        ...

    def address(self, path: str) -> str:
        """Return where the file can be found, without any right to read it."""
        ...

    def scratch(self) -> AbstractContextManager[BinaryIO]:
        """Open a nameless local file that is gone when the block ends. No secrets in there."""
        ...


@dataclass(frozen=True, slots=True)
class Summary:
    """What a listing tells of a record, without reading it."""

    id: str
    #: None if nobody may touch the record, for this app does not know its version.
    state: State | None
    slot: str
    queued_at: datetime | None
    #: The next try waits until then.
    not_before: datetime | None
    #: Whether subscribers have to be told something.
    has_news: bool = False
    #: The version of the record, as it is written there.
    version: str = "1"


class Records(Protocol):
    """The records of all imports. Every write goes onto the version that was read, or fails.

    Whatever returns a record may raise `UnreadableRecord`.
    """

    def create(self, record: ImportRecord) -> ImportRecord:
        """Store a new record; return what is stored now.

        If there is a record of this import already, active or archived, that one is returned.
        """
        ...

    def get(self, import_id: str) -> ImportRecord | None:
        """Return the active record of an import."""
        ...

    def replace(self, record: ImportRecord) -> ImportRecord:
        """Store the next revision of a record; return it with its new version.

        A write whose answer got lost is told from a lost race by reading back what is stored.

        Raises:
            Conflict: Someone else wrote since `record.version` was read.
        """
        ...

    def active(self) -> Iterator[Summary]:
        """Yield all records that are not archived, in one listing."""
        ...

    def archived_on(self, day: date) -> Iterator[str]:
        """Yield the ids of archived imports of files that were dropped on a day, in UTC."""
        ...

    def archive(self, record: ImportRecord) -> None:
        """Move a record that is final and told to the archive. Doing so twice changes nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Hold:
    """Who holds a slot."""

    import_id: str
    #: When the slot was taken, in UTC.
    taken_at: datetime
    #: Grows with every change of the holder.
    epoch: int
    #: The stored version this was read from.
    version: str
    #: The last jobs of those who held it before: a target may be slow to show them.
    jobs: tuple[str, ...] = ()


class Slots(Protocol):
    """The one import job that a hub allows, and who may use it."""

    def holder(self, slot: str) -> Hold | None:
        """Return who holds the slot, or None if it is free."""
        ...

    def take(self, slot: str, import_id: str) -> Hold | None:
        """Take the slot if it is free; return how the import holds it now, or None."""
        ...

    def release(self, slot: str, hold: Hold, jobs: Sequence[str] = ()) -> None:
        """Free the slot if it is still held as `hold` says; otherwise do nothing.

        Args:
            slot: The slot.
            hold: Who holds it.
            jobs: Their jobs, in which the next one must not see its own.
        """
        ...


class LineErrors(Protocol):
    """What the target said of single lines, looked up by device. Memory does not grow with it."""

    def take(self, device_id: str, module_id: str | None) -> LineError | None:
        """Return the error of a device, once."""
        ...

    def rest(self) -> Iterator[LineError]:
        """Yield the errors that nobody took."""
        ...


@dataclass(frozen=True, slots=True)
class AttemptRef:
    """Names one attempt of one import."""

    import_id: str
    number: int
    #: Lines that go to the target.
    lines: int
    task: Task = Task.IMPORT
    #: What an export holds.
    export: Export | None = None
    #: The jobs that the target showed right before the start.
    baseline: tuple[str, ...] = ()
    #: The file the lines are in, below `work/<import id>`.
    part: str = Part.DEVICES


class Scopes(Protocol):
    """The scopes of a hub's edge devices: what children name as their parents."""

    def of(self, device_ids: Sequence[str]) -> Mapping[str, str | None]:
        """Look some devices up, in their order; return as many as the hub takes calls for now.

        None stands for a device that the hub does not show, or that is no edge device.

        Raises:
            NotStarted, AnswerLost: The hub did not say.
        """
        ...


class Target(Protocol):
    """A configured destination of imports, and source of exports."""

    @property
    def slot(self) -> str:
        """The slot that all targets of the same hub share."""
        ...

    @property
    def strict(self) -> bool:
        """Whether one bad line rejects the whole file."""
        ...

    @property
    def takes(self) -> Kind:
        """What the files for it are about."""
        ...

    @property
    def tasks(self) -> frozenset[Task]:
        """What it can be asked to do."""
        ...

    @property
    def scopes(self) -> Scopes | None:
        """The scopes at the target; None if it cannot be asked for them."""
        ...

    @property
    def ways(self) -> Mapping[str, "Target"]:
        """The ways into it by name; most targets have only themselves, under an empty name.

        `AGAIN` is none that an import begins with.
        """
        ...

    def way_for(self, lines: int) -> str:
        """Return the name of the way that so many lines take."""
        ...

    def look(self) -> Sequence[Job]:
        """Return all jobs that the target shows, in one call."""
        ...

    def preflight(self, ref: AttemptRef, effects: Mapping[str, int]) -> None:
        """Make sure that a job could do what it is to do, by trying.

        What it leaves behind goes with `clear`.

        Args:
            ref: The attempt that is to be started.
            effects: Accepted lines by what they ask for.

        Raises:
            NotStarted: It could not. A sentence names the missing right, or the number.
        """
        ...

    def prepare(self, ref: AttemptRef) -> None:
        """Lay out the accepted lines for the target. Doing so twice changes nothing."""
        ...

    def start(self, ref: AttemptRef) -> str:
        """Start the job with exactly one call and return the target's id of it.

        Raises:
            NotStarted: The job surely was not started; the class says why.
            AnswerLost: It may have been.
        """
        ...

    def advance(self, ref: AttemptRef, job_id: str, jobs: Sequence[Job]) -> Job | None:
        """Return where a job stands, after doing for some time what is ours to do for it.

        Most targets go through a job by themselves. Where they take only so many lines a call,
        this makes some of the calls, and goes on the next time where it stopped.

        Args:
            ref: The attempt that the job belongs to.
            job_id: What `start` returned.
            jobs: What `look` showed just now.

        Returns:
            None if the target does not show the job.
        """
        ...

    def cancel(self, job_id: str) -> None:
        """Ask the target to cancel a job. One that is over, or not known any more, is no error.

        Raises:
            CannotCancel: The target has no way to do that.
            NotStarted: It refused.
        """
        ...

    def fence(self, ref: AttemptRef) -> None:
        """Take the input away, so that the target itself refuses a call that arrives late."""
        ...

    def outcome(self, ref: AttemptRef) -> AbstractContextManager[LineErrors | None]:
        """Open what the target said of single lines; None while it has not said it."""
        ...

    def exported(self, ref: AttemptRef) -> Mapping[str, Iterator[bytes]] | None:
        """Return the files that an export wrote, by name; None while they are not all there."""
        ...

    def clear(self, ref: AttemptRef) -> None:
        """Delete everything that was laid out for the attempt. Doing so twice changes nothing."""
        ...


class MadeForAttempts(Protocol):
    """What is made for attempts and goes with them: exchange containers, or runs of ours."""

    def made_before(self, when: datetime) -> Iterator[AttemptRef]:
        """Yield the attempts of this app for which something was last made before `when`, in UTC.

        How many lines they have is not known.
        """
        ...

    def remove(self, ref: AttemptRef) -> None:
        """Delete what was made for an attempt. Doing so twice changes nothing.

        Raises:
            Conflict: It has changed just now.
        """
        ...


class Results(Protocol):
    """The queue that subscribers read."""

    def send(self, record: ImportRecord, events: Sequence[Event]) -> None:
        """Send events in order, each under the id `<import id>:<seq>` by which repeats show."""
        ...


class Ports(Protocol):
    """Everything outside that the use cases may touch. Each is built when it is first needed."""

    @property
    def clock(self) -> Clock: ...  # noqa: D102 - the types say it
    @property
    def files(self) -> DeviceFiles: ...  # noqa: D102
    @property
    def work(self) -> Work: ...  # noqa: D102
    @property
    def records(self) -> Records: ...  # noqa: D102
    @property
    def slots(self) -> Slots: ...  # noqa: D102
    @property
    def targets(self) -> Mapping[str, Target]: ...  # noqa: D102
    @property
    def exchange(self) -> MadeForAttempts: ...  # noqa: D102
    @property
    def runs(self) -> MadeForAttempts: ...  # noqa: D102
    @property
    def results(self) -> Results: ...  # noqa: D102
