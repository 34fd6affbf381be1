"""What a hub has been bought as: its tier and the number of its units."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from emulators.iot_hub.hub import Hub
from emulators.iot_hub.tier import Tier


#: Messages a day for each unit, by size (Microsoft's page "Choose the right IoT Hub tier").
DAILY_MESSAGES: Final[Mapping[int, int]] = MappingProxyType(
    {1: 400_000, 2: 6_000_000, 3: 300_000_000}
)
FREE_DAILY_MESSAGES: Final = 8_000
EDITIONS: Final[Mapping[str, str]] = MappingProxyType({"F": "Free", "B": "Basic", "S": "Standard"})


@dataclass(frozen=True, slots=True)
class Sku:
    """A tier, and how many units of it."""

    name: Tier
    capacity: int

    @property
    def tier(self) -> str:
        """The edition that the tier belongs to, which `sku.tier` means."""
        return EDITIONS[self.name[0]]

    @property
    def daily_messages(self) -> int:
        """How many messages the hub takes in a day."""
        if self.name is Tier.F1:
            return FREE_DAILY_MESSAGES
        return DAILY_MESSAGES[self.name.size] * self.capacity


def sku_of(hub: Hub) -> Sku:
    """Return what the hub is; one of no tier shows as one unit of S1."""
    return Sku(hub.tier, hub.units) if hub.tier else Sku(Tier.S1, 1)
