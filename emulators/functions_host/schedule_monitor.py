"""What a timer remembers across restarts, so that a missed run is made up for, once.

The rules are those of ScheduleMonitor and StorageScheduleMonitor in azure-webjobs-sdk-extensions.
"""

import json
from datetime import UTC, datetime
from typing import Final, NamedTuple, Self

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobClient

from emulators.functions_host.schedule import Schedule


UNSET: Final = datetime.min.replace(tzinfo=UTC)


class ScheduleStatus(NamedTuple):
    """When a timer ran and when it is due. `last` is UNSET until the first run."""

    last: datetime
    next: datetime
    last_updated: datetime

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read the status as the host serializes it."""
        content = json.loads(text)
        names = ("Last", "Next", "LastUpdated")
        return cls(*(datetime.fromisoformat(content[name]) for name in names))

    def as_dict(self) -> dict[str, str]:
        """Return the status as the host serializes it."""
        return {
            "Last": self.last.isoformat(),
            "Next": self.next.isoformat(),
            "LastUpdated": self.last_updated.isoformat(),
        }


def status_at_start(
    schedule: Schedule, now: datetime, known: ScheduleStatus | None = None
) -> ScheduleStatus:
    """Return the status to start with; a `next` in the past is a missed run.

    A schedule that was changed meanwhile starts anew, lest the change look like a missed run.
    """
    if known is None:
        return ScheduleStatus(UNSET, schedule.next_after(now), now)
    base = known.last if known.last > UNSET else known.last_updated
    expected = schedule.next_after(base)
    if expected == known.next:
        return known
    return status_at_start(schedule, now) if expected < now else known._replace(next=expected)


def status_after_run(schedule: Schedule, ran: datetime) -> ScheduleStatus:
    """Return the status after a run at that moment."""
    return ScheduleStatus(ran, schedule.next_after(ran), ran)


class ScheduleMonitor:
    """Keeps a timer's status in a blob."""

    def __init__(self, blob: BlobClient) -> None:
        self._blob = blob

    def read(self) -> ScheduleStatus | None:
        """Return the status; None if the timer is new."""
        try:
            return ScheduleStatus.parse(self._blob.download_blob(encoding="utf-8").readall())
        except ResourceNotFoundError:
            return None

    def write(self, status: ScheduleStatus) -> None:
        """Keep the status."""
        self._blob.upload_blob(json.dumps(status.as_dict()), overwrite=True)
