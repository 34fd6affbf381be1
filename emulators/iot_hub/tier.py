"""The tiers that a hub is sold in.

Source: Microsoft's pages "Choose the right IoT Hub tier and size" and "IoT Hub quotas and
throttling", and the pricing page for the Free tier's devices.
"""

from enum import StrEnum
from typing import Final, NamedTuple


class Limits(NamedTuple):
    """How much a hub takes, whatever its units."""

    #: Devices and modules together.
    devices: int
    configurations: int


#: In any tier but Free.
LIMITS: Final = Limits(1_000_000, 100)
FREE_LIMITS: Final = Limits(500, 10)
#: By size.
MOST_UNITS: Final = {1: 200, 2: 200, 3: 10}


class Tier(StrEnum):
    """Free, Basic or Standard in three sizes, as a hub's `sku.name` says."""

    F1 = "F1"
    B1 = "B1"
    B2 = "B2"
    B3 = "B3"
    S1 = "S1"
    S2 = "S2"
    S3 = "S3"

    @property
    def size(self) -> int:
        """The number that throttles go by; Free is throttled as size 1."""
        return int(self.value[1])

    @property
    def units(self) -> range:
        """How many units a hub of this tier may have."""
        if self is Tier.F1:
            return range(1, 2)
        return range(1, MOST_UNITS[self.size] + 1)

    def check_units(self, units: int) -> None:
        """Refuse a number of units that no hub of this tier can have.

        Raises:
            ValueError: The message says how many it can have.
        """
        if units not in self.units:
            text = f"{self} comes in {self.units[0]} to {self.units[-1]} units, not in {units}"
            raise ValueError(text)

    @property
    def limits(self) -> Limits:
        """How much a hub of this tier takes."""
        return FREE_LIMITS if self is Tier.F1 else LIMITS


BASIC: Final = frozenset({Tier.B1, Tier.B2, Tier.B3})
#: Free has all that Standard has, only less of it.
STANDARD: Final = frozenset(Tier) - BASIC
EVERY: Final = frozenset(Tier)
