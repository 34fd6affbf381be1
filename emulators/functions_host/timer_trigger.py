"""Invokes a function when it is due, never twice at a time.

The rules are those of TimerListener and TimerSchedule in azure-webjobs-sdk-extensions.
"""

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from azure.core.exceptions import AzureError

from emulators.functions_host.invoker import Invoker
from emulators.functions_host.polling import pause
from emulators.functions_host.protos import TypedData
from emulators.functions_host.schedule import Schedule
from emulators.functions_host.schedule_monitor import (
    ScheduleMonitor,
    ScheduleStatus,
    status_after_run,
    status_at_start,
)


log = logging.getLogger(__name__)

#: Seconds. The event loop's clock stands still while a laptop sleeps, so we look up now and then.
LONGEST_NAP: Final = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TimerTrigger:
    """A function and when it is due."""

    function: str
    schedule: Schedule
    #: None when missed runs do not count: `use_monitor` is off, or it is due every few seconds.
    monitor: ScheduleMonitor | None
    run_on_startup: bool
    invoker: Invoker

    async def run(self, stop: asyncio.Event) -> None:
        """Keep time until told to stop. A run that fails is logged, not repeated."""
        status = await self._status_at_start()
        missed = status.next < datetime.now(UTC)
        if missed or self.run_on_startup:
            status = await self._fire(status, past_due=missed)
        while not stop.is_set():
            if datetime.now(UTC) < status.next:
                left = (status.next - datetime.now(UTC)).total_seconds()
                await pause(min(left, LONGEST_NAP), stop)
            else:
                status = await self._fire(status, past_due=False)

    async def _status_at_start(self) -> ScheduleStatus:
        known = await asyncio.to_thread(self.monitor.read) if self.monitor else None
        status = status_at_start(self.schedule, datetime.now(UTC), known)
        await self._keep(status)
        return status

    async def _fire(self, status: ScheduleStatus, *, past_due: bool) -> ScheduleStatus:
        started = datetime.now(UTC)
        cause = "a run was missed" if past_due else "the timer"
        data = timer_data(status if self.monitor else None, past_due=past_due)
        await self.invoker.invoke(self.function, cause, data, {})
        after = status_after_run(self.schedule, started)
        await self._keep(after)
        return after

    async def _keep(self, status: ScheduleStatus) -> None:
        if not self.monitor:
            return
        try:
            await asyncio.to_thread(self.monitor.write, status)
        except AzureError as error:
            log.warning("%s: its status was not kept: %s", self.function, error)


def timer_data(status: ScheduleStatus | None, *, past_due: bool) -> TypedData:
    """Return what the function is invoked with: TimerInfo, serialized."""
    return TypedData.of_json(
        {
            "Schedule": {"AdjustForDST": True},
            "ScheduleStatus": status.as_dict() if status else None,
            "IsPastDue": past_due,
        }
    )
