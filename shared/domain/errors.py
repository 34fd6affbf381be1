"""What can go wrong, and what to do about it. The name of a class is the reaction.

* ImporterError
  - TryAgain            the world is busy: raise, so that the host retries
    + Unavailable       storage, hub or bus did not answer
    + Conflict          someone else changed the record first: look again
    + UnreadableRecord  a later version of the app wrote the record: leave it alone
  - SourceChanged       the device file was overwritten or deleted while it was read
  - NotStarted          the target surely did not start the job
    + TargetBusy        another job holds the slot: wait, it is nobody's fault
    + TargetThrottled   too many calls: wait a little
    + TargetUnreachable the call never got there
    + StorageNotReady   the hub may not use its storage yet: wait some minutes, then it is refused
    + TargetRefused     wrong for good: the import fails, with a code and a sentence
      - CallRefused     for what is in the call, not for who makes it: look for the bad line
  - AnswerLost          the target may or may not have started the job: recover, never repeat
  - CannotCancel        the target has no way to cancel a job: say so
  - IllegalStep         our own bug: a record was asked to go where the lifecycle has no way
"""

from datetime import timedelta
from typing import Self


class ImporterError(Exception):
    """The import of device identities could not go on."""

    #: What there is to wait for, where it is known.
    service: str = ""

    def blaming(self, service: str) -> Self:
        """Return the error itself, which now names the service that it comes from."""
        self.service = service
        return self


class TryAgain(ImporterError):
    """The world is busy. Raise it out of the function, so that the host tries again."""


class Unavailable(TryAgain):
    """Storage, hub or bus did not answer, or answered that it cannot."""


class Conflict(TryAgain):
    """Someone else changed the document first. Whoever lost reads it again and decides anew."""

    service = "conflict"


class UnreadableRecord(TryAgain):
    """The record is none that this app knows: a later version of it may. Nobody touches it."""

    def __init__(self, import_id: str, version: object) -> None:
        super().__init__(f"the record of version {version} is none that this app can read")
        self.blaming(f"record {import_id}")


class SourceChanged(ImporterError):
    """The version of the device file that was asked for is gone: overwritten or deleted."""


class NotStarted(ImporterError):
    """The target surely did not start the job."""


class TargetBusy(NotStarted):
    """Another import or export job holds the target's slot."""


class TargetThrottled(NotStarted):
    """The target takes no more calls for a moment; `wait` is for how long, where it says so."""

    def __init__(self, message: str = "", wait: timedelta | None = None) -> None:
        super().__init__(message)
        self.wait = wait


class TargetUnreachable(NotStarted):
    """The call never got there: no address, no connection, or no hub behind it."""


class TargetRefused(NotStarted):
    """The target refused the job for good.

    `code` is the target's own stable name of the error, `message` a sentence for people.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message


class StorageNotReady(NotStarted):
    """The hub could not use its storage with its own identity.

    It takes minutes until a role that was just assigned works everywhere. `refused` is what this
    turns into when it lasts.
    """

    def __init__(self, refused: TargetRefused) -> None:
        super().__init__(str(refused))
        self.refused = refused


class CallRefused(TargetRefused):
    """The target refused a call for what is in it; nothing of it was applied."""


class AnswerLost(ImporterError):
    """The call was sent and no usable answer came back, so the job may be running."""


class CannotCancel(ImporterError):
    """The target has no way to cancel a job. The message says what else can be done."""


class IllegalStep(ImporterError):
    """A record was asked to take a step that the lifecycle does not have."""
