"""What a hub has been bought as: its edition and the number of its units."""

from dataclasses import dataclass
from typing import Final

from emulators.iot_hub.hub import Hub


#: Messages a day for each unit (Microsoft's page "Choose the right IoT Hub tier").
DAILY_MESSAGES: Final = {
    "F1": 8_000,
    "B1": 400_000,
    "B2": 6_000_000,
    "B3": 300_000_000,
    "S1": 400_000,
    "S2": 6_000_000,
    "S3": 300_000_000,
}
TIERS: Final = {"F": "Free", "B": "Basic", "S": "Standard"}


@dataclass(frozen=True, slots=True)
class Sku:
    """An edition, such as S1, and how many units of it."""

    name: str
    capacity: int

    @property
    def tier(self) -> str:
        """The tier that the edition belongs to."""
        return TIERS[self.name[0]]

    @property
    def daily_messages(self) -> int:
        """How many messages the hub takes in a day."""
        return DAILY_MESSAGES[self.name] * self.capacity


def sku_of(_hub: Hub) -> Sku:
    """Return what the hub is: one unit of S1, as hubs have no tiers."""
    return Sku("S1", 1)
