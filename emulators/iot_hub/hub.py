"""One IoT hub: its registry, configurations, jobs and policies, and what tests order of it."""

from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from emulators.iot_hub.access import DEFAULT_POLICIES, Policy
from emulators.iot_hub.configurations import Configurations
from emulators.iot_hub.faults import Faults
from emulators.iot_hub.job_history import JobHistory
from emulators.iot_hub.jobs import Jobs
from emulators.iot_hub.pace import Pace
from emulators.iot_hub.registry import DEFAULT_LIMIT, Registry
from emulators.iot_hub.storage import Storage


AT_ONCE: Final = Pace()


class Hub:
    """A hub as the service would keep it, apart from any socket. Close it, or use it in a with.

    Args:
        name: Names the hub in logs and files.
        data: Folder that keeps registry, configurations and job history; without it they live in
            memory.
        pace: How long jobs take.
        device_limit: How many devices and modules the hub takes.
        policies: Shared access policies by name.
        storage: The hub's identities and how it reaches storage; without it a job needs a SAS.
    """

    def __init__(
        self,
        name: str = "hub",
        *,
        data: Path | None = None,
        pace: Pace = AT_ONCE,
        device_limit: int = DEFAULT_LIMIT,
        policies: Mapping[str, Policy] = DEFAULT_POLICIES,
        storage: Storage | None = None,
    ) -> None:
        self.name = name
        self.policies = policies
        self.registry = Registry(data and data / f"{name}.sqlite", device_limit)
        self.configurations = Configurations(data and data / f"{name}.configurations.json")
        self.storage = storage or Storage()
        history = JobHistory(data and data / f"{name}.jobs.ndjson")
        self.jobs = Jobs(self.registry, self.configurations, history, pace, self.storage)
        self.faults = Faults()
        #: How often each operation was called, whatever came of it.
        self.calls: Counter[str] = Counter()

    def __enter__(self) -> Self:
        """Return the hub."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the hub."""
        self.close()

    def reset(self) -> None:
        """Become as new: no devices, no configurations, no jobs, no faults, no calls."""
        self.jobs.clear()
        self.registry.clear()
        self.configurations.clear()
        self.storage.delay_role(0)
        self.faults.clear()
        self.calls.clear()

    def close(self) -> None:
        """Stop the active job and close the registry."""
        self.jobs.close()
        self.registry.close()
