"""The scopes of a hub's edge devices, from its identity registry.

The registry is asked, and not a query: that lags behind. Each look costs one of the registry
operations that a hub takes a minute, so they come out of the budget of bulk calls.
Source: `deviceScope` of `Device` in the service swagger; quotas and throttling.
"""

from collections.abc import Mapping, Sequence

from shared.adapters.hub_budget import HubBudget
from shared.adapters.iot_hub_registry import IotHubRegistry
from shared.domain.errors import TargetThrottled


class HubScopes:
    """The `Scopes` port on one hub.

    Args:
        registry: Where to look.
        budget: What may be spent there.
    """

    def __init__(self, registry: IotHubRegistry, budget: HubBudget) -> None:
        self._registry = registry
        self._budget = budget

    def of(self, device_ids: Sequence[str]) -> Mapping[str, str | None]:
        """Look devices up as far as the budget goes; see the port."""
        found: dict[str, str | None] = {}
        try:
            for device_id in device_ids[: self._budget.take(len(device_ids))]:
                found[device_id] = self._scope(device_id)
        except TargetThrottled:
            self._budget.close()
        return found

    def _scope(self, device_id: str) -> str | None:
        shown = self._registry.identity(device_id, None) or {}
        is_edge = (shown.get("capabilities") or {}).get("iotEdge")
        scope = shown.get("deviceScope")
        return str(scope) if is_edge and scope else None
