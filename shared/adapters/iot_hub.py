"""Imports and exports by a hub's own jobs. Source: bulk identity management how-to."""

from collections.abc import Mapping, Sequence
from typing import Any

from shared.adapters.exchange import Exchange
from shared.adapters.hub_target import HubTarget, job_of
from shared.adapters.iot_hub_client import IotHubClient
from shared.domain.capacity import Usage
from shared.domain.errors import Unavailable
from shared.domain.job import Job
from shared.ports import AttemptRef


class IotHubTarget(HubTarget):
    """The `Target` port on an IoT hub's data plane.

    Args:
        client: Speaks to the hub.
        exchange: Where the hub reads and writes.
        strict: Whether one bad line rejects a whole file.
        identity: By which identity the hub reaches the exchange; see `HubTarget`.
        device_limit: How many devices the hub takes, which it does not tell.
    """

    def __init__(
        self,
        client: IotHubClient,
        exchange: Exchange,
        *,
        strict: bool,
        identity: str | None = None,
        device_limit: int = 1_000_000,
    ) -> None:
        super().__init__(client.host, exchange, strict=strict, identity=identity)
        self._client = client
        self._device_limit = device_limit

    def look(self) -> Sequence[Job]:
        """Return all jobs that the hub shows; see the port."""
        return [job_of(properties) for properties in self._client.jobs()]

    def cancel(self, job_id: str) -> None:
        """Cancel a job unless it is over; see the port."""
        if self._is_over(job_id) or self._client.cancel_job(job_id) or self._is_over(job_id):
            return
        message = f"{self.slot} did not cancel the job"
        raise Unavailable(message)

    def _is_over(self, job_id: str) -> bool:
        job = self._client.job(job_id)
        return job is None or job_of(job).status.is_final

    def _create(self, _: AttemptRef, properties: Mapping[str, Any]) -> str:
        return self._client.create_job(properties)

    def _usage(self) -> Usage:
        return Usage(self._client.count_devices(), self._device_limit)
