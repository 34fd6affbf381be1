"""The management plane apart from any socket: which hubs there are, and what tests ordered."""

from collections import Counter
from collections.abc import Iterable
from typing import Final

from emulators.iot_hub.arm.contract import Contract
from emulators.iot_hub.arm.errors import ArmError
from emulators.iot_hub.faults import Faults
from emulators.iot_hub.server import RunningHub


SUBSCRIPTION: Final = "00000000-0000-0000-0000-000000000000"
RESOURCE_GROUP: Final = "local"
#: Seconds, as recorded in an answer of 2016-02-03.
RETRY_AFTER: Final = 15
PAGE: Final = 100


class Management:
    """One resource group with the hubs that are served.

    Args:
        hubs: What is managed; each has its own registry and its own slot for jobs.
        subscription: The one subscription that there is.
        resource_group: The one group in it.
        contract: Answers every call so, instead of asking its api-version.
        retry_after: Seconds between two polls, as clients are told.
        page: How many jobs come in one answer.
    """

    def __init__(
        self,
        hubs: Iterable[RunningHub],
        *,
        subscription: str = SUBSCRIPTION,
        resource_group: str = RESOURCE_GROUP,
        contract: Contract | None = None,
        retry_after: int = RETRY_AFTER,
        page: int = PAGE,
    ) -> None:
        self.hubs = {running.hub.name.lower(): running for running in hubs}
        self.subscription = subscription
        self.resource_group = resource_group
        self.contract = contract
        self.retry_after = retry_after
        self.page = page
        self.faults = Faults()
        #: How often each operation was called, whatever came of it.
        self.calls: Counter[str] = Counter()
        self._first_contract = contract

    def reset(self) -> None:
        """Forget what tests ordered and what was called. Hubs stay as they are."""
        self.contract = self._first_contract
        self.faults.clear()
        self.calls.clear()

    def check_subscription(self, subscription: str) -> None:
        """Refuse another subscription.

        Raises:
            ArmError: 404.
        """
        if subscription.lower() != self.subscription.lower():
            text = f"The subscription '{subscription}' could not be found."
            raise ArmError(404, "SubscriptionNotFound", text)

    def check_group(self, group: str) -> None:
        """Refuse another resource group.

        Raises:
            ArmError: 404 (words seen in azure-cli#2116).
        """
        if group.lower() != self.resource_group.lower():
            text = f"Resource group '{group}' could not be found."
            raise ArmError(404, "ResourceGroupNotFound", text)

    def find(self, name: str) -> RunningHub:
        """Return a hub, whatever the case of its name.

        Raises:
            ArmError: 404 (words seen in azure-rest-api-specs#27183).
        """
        if name.lower() not in self.hubs:
            text = (
                f"The Resource 'Microsoft.Devices/IotHubs/{name}' under resource group "
                f"'{self.resource_group}' was not found. For more details please go to "
                "https://aka.ms/ARMResourceNotFoundFix"
            )
            raise ArmError(404, "ResourceNotFound", text)
        return self.hubs[name.lower()]

    def resource_id(self, running: RunningHub) -> str:
        """Return the path of a hub."""
        return (
            f"/subscriptions/{self.subscription}/resourceGroups/{self.resource_group}"
            f"/providers/Microsoft.Devices/IotHubs/{running.hub.name}"
        )
