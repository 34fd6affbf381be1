"""One IoT hub: its registry, configurations, jobs and policies, and what tests order of it."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from pathlib import Path
from typing import Final, Self

from emulators.iot_hub.access import DEFAULT_POLICIES, Policy
from emulators.iot_hub.clock import Clock
from emulators.iot_hub.configurations import Configurations
from emulators.iot_hub.export_import_device import CREATING, ExportImportDevice
from emulators.iot_hub.faults import Faults
from emulators.iot_hub.job_history import JobHistory
from emulators.iot_hub.jobs import Jobs
from emulators.iot_hub.pace import Pace
from emulators.iot_hub.registry import Registry
from emulators.iot_hub.storage import Storage
from emulators.iot_hub.throttle import Meter, Throttle
from emulators.iot_hub.tier import LIMITS, Tier


AT_ONCE: Final = Pace()


@dataclass(eq=False, repr=False)
class Hub:
    """A hub as the service would keep it, apart from any socket. Close it, or use it in a with.

    Raises:
        ValueError: The tier does not come in so many units.
    """

    #: Names the hub in logs and files.
    name: str = "hub"
    _: KW_ONLY
    #: Folder that keeps registry, configurations and job history; without it they live in memory.
    data: Path | None = None
    #: How long jobs take.
    pace: Pace = AT_ONCE
    #: What the hub was bought as; None is a hub of no tier, which has everything without limits.
    tier: Tier | None = None
    units: int = 1
    #: How many devices and modules the hub takes; None for as many as its tier does.
    device_limit: int | None = None
    #: How many configurations the hub takes; None for as many as its tier does.
    configuration_limit: int | None = None
    #: Shared access policies by name.
    policies: Mapping[str, Policy] = DEFAULT_POLICIES
    #: The hub's identities and how it reaches storage; without identities a job needs a SAS.
    storage: Storage = field(default_factory=Storage)
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        """Open what the hub keeps, unless nobody sells such a hub."""
        _check_units(self.tier, self.units)
        self.registry = Registry(self._file("sqlite"))
        self.configurations = Configurations(self._file("configurations.json"))
        self.jobs = Jobs(
            self.registry,
            self.configurations,
            JobHistory(self._file("jobs.sqlite")),
            self.pace,
            self.storage,
            self.clock,
        )
        self.faults = Faults()
        #: How often each operation was called, whatever came of it.
        self.calls: Counter[str] = Counter()
        #: Devices that bulk calls are still to register without their twins.
        self.twins_to_lose = 0
        self._meter = Meter()
        self._bought = self.tier, self.units
        self.scale(self.tier, self.units)

    def __enter__(self) -> Self:
        """Return the hub."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close the hub."""
        self.close()

    def scale(self, tier: Tier | None, units: int = 1) -> None:
        """Change tier and units at once. What the hub holds stays, and so do budgets spent.

        Raises:
            ValueError: The tier does not come in so many units.
        """
        _check_units(tier, units)
        self.tier, self.units = tier, units
        self.registry.tier = tier
        limits = tier.limits if tier else LIMITS
        self.registry.limit = _given(self.device_limit, limits.devices)
        self.configurations.limit = _given(self.configuration_limit, limits.configurations)

    def charge(self, throttle: Throttle, count: int = 1) -> None:
        """Let so many operations through, all or none; a hub of no tier takes any number.

        Raises:
            HubError: 429003.
        """
        if self.tier:
            budget = throttle.budget(self.tier, self.units)
            self._meter.take(throttle, budget, count, self.clock.now())

    def loses_twin(self, wish: ExportImportDevice) -> bool:
        """Tell whether what a bulk call is about to register gets no twin, as a test ordered.

        Only a transaction of the registry may ask.
        """
        is_new = self.registry.find(wish.id, wish.module_id) is None
        loses = is_new and wish.mode in CREATING and self.twins_to_lose > 0
        self.twins_to_lose -= loses
        return loses

    def reset(self) -> None:
        """Become as new: nothing kept, ordered or counted; tier and time as they were."""
        self.jobs.clear()
        self.registry.clear()
        self.configurations.clear()
        self.storage.delay_role(0)
        self.faults.clear()
        self.calls.clear()
        self.twins_to_lose = 0
        self._meter.clear()
        self.clock.reset()
        self.scale(*self._bought)

    def close(self) -> None:
        """Stop the active job and close the registry."""
        self.jobs.close()
        self.registry.close()

    def _file(self, ending: str) -> Path | None:
        return self.data and self.data / f"{self.name}.{ending}"


def _check_units(tier: Tier | None, units: int) -> None:
    if tier:
        tier.check_units(units)


def _given(limit: int | None, of_tier: int) -> int:
    return of_tier if limit is None else limit
