"""Builds the adapters on Azure services, each when it is first asked for, from the settings.

An SDK is imported where its client is built, so that a worker loads only what it needs.
"""

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from typing import Any

    from azure.core.credentials import TokenCredential
    from azure.servicebus import ServiceBusClient
    from azure.storage.blob import BlobServiceClient

    from shared.adapters.blob_documents import BlobDocuments
    from shared.adapters.bulk_run import BulkPlace
    from shared.adapters.exchange import Exchange
    from shared.adapters.iot_hub_client import IotHubClient
    from shared.adapters.rest import Signing
    from shared.adapters.storage_clock import StorageClock
    from shared.ports import (
        Clock,
        DeviceFiles,
        MadeForAttempts,
        Records,
        Results,
        Slots,
        Target,
        Work,
    )
    from shared.settings import Connection, Settings, TargetSettings

#: Once more, for a connection that was closed because it was idle. If the bus is away, the next
#: poll tries again, and this one has other things to do.
BUS_RETRIES: Final = 1


class AzurePorts:
    """The `Ports` on Azure services; each is built when it is first asked for."""

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings

    @cached_property
    def clock(self) -> "Clock":
        """The time, as the account with the records tells it."""
        return self._shared_clock

    @cached_property
    def _shared_clock(self) -> "StorageClock":
        from shared.adapters.storage_clock import StorageClock
        from shared.adapters.system_clock import SystemClock

        return StorageClock(SystemClock())

    @cached_property
    def files(self) -> "DeviceFiles":
        """The dropped files."""
        from shared.adapters.blob_files import BlobDeviceFiles

        return BlobDeviceFiles(self._storage)

    @cached_property
    def work(self) -> "Work":
        """What we write for ourselves and for people."""
        from shared.adapters.blob_files import BlobWork

        return BlobWork(self._storage)

    @cached_property
    def records(self) -> "Records":
        """The records of all imports."""
        from shared.adapters.blob_records import BlobRecords

        return BlobRecords(self._documents)

    @cached_property
    def slots(self) -> "Slots":
        """The slots of all hubs."""
        from shared.adapters.blob_records import BlobSlots

        return BlobSlots(self._documents, self.clock)

    @cached_property
    def targets(self) -> "Mapping[str, Target]":
        """The configured targets by alias."""
        from shared.settings import TargetKind

        makers = {
            TargetKind.IOT_HUB: self._iot_hub_jobs,
            TargetKind.IOT_HUB_BULK: self._iot_hub_bulk,
            TargetKind.AUTO: self._iot_hub_auto,
            TargetKind.IOT_HUB_ARM: self._iot_hub_arm,
            TargetKind.INTUNE: self._intune,
        }
        targets = self._settings.targets
        return {alias: makers[target.kind](target) for alias, target in targets.items()}

    @cached_property
    def results(self) -> "Results":
        """The queue that subscribers read."""
        from shared.adapters.service_bus import ServiceBusResults

        bus = _service_bus(self._settings.results)
        return ServiceBusResults(bus, self._settings.results_queue)

    @cached_property
    def _storage(self) -> "BlobServiceClient":
        hear = self._shared_clock.hear
        return _blob_service(self._settings.device_files, raw_response_hook=hear)

    @cached_property
    def _documents(self) -> "BlobDocuments":
        from shared.adapters.blob_documents import BlobDocuments
        from shared.adapters.storage import Container

        return BlobDocuments(Container(self._storage, "state"))

    @property
    def _timeout(self) -> float:
        """A sixth of the patience, in seconds: whoever waits longer is taken for dead."""
        return self._settings.start_patience.total_seconds() / 6

    @cached_property
    def exchange(self) -> "Exchange":
        """The containers that hubs use."""
        from shared.adapters.exchange import Exchange

        return Exchange(_blob_service(self._settings.exchange), self._storage, self.clock)

    @cached_property
    def runs(self) -> "MadeForAttempts":
        """The runs of all targets without jobs of their own."""
        from shared.adapters.kept_runs import KeptRuns

        return KeptRuns(self._documents)

    def _account_of(self, target: "TargetSettings") -> str | None:
        """Return the storage account that the hub uses as who it is; None if with a SAS."""
        return self.exchange.account if target.storage_identity else None

    def _iot_hub_jobs(self, target: "TargetSettings") -> "Target":
        return self._iot_hub_ways(target, 0)

    def _iot_hub_auto(self, target: "TargetSettings") -> "Target":
        return self._iot_hub_ways(target, target.devices_a_minute)

    def _iot_hub_ways(self, target: "TargetSettings", most: int) -> "Target":
        from shared.adapters.iot_hub_bulk import ONE, IotHubBulkTarget
        from shared.adapters.iot_hub_ways import IotHubWays

        again = IotHubBulkTarget(self._bulk_place(target), ONE, strict=target.strict)
        return IotHubWays(self._iot_hub(target), self._iot_hub_bulk(target), again, most)

    def _iot_hub_bulk(self, target: "TargetSettings") -> "Target":
        from shared.adapters.iot_hub_bulk import MANY, IotHubBulkTarget

        return IotHubBulkTarget(self._bulk_place(target), MANY, strict=target.strict)

    def _bulk_place(self, target: "TargetSettings") -> "BulkPlace":
        from shared.adapters.bulk_run import BulkPlace
        from shared.adapters.hub_budget import HubBudget
        from shared.adapters.iot_hub_registry import IotHubRegistry

        rate = target.devices_a_minute
        return BulkPlace(
            registry=IotHubRegistry(self._iot_hub_client(target)),
            documents=self._documents,
            budget=HubBudget(self._documents, self.clock, target.host, rate),
            work=self.work,
            clock=self.clock,
            patience=self._settings.start_patience,
            device_limit=target.device_limit,
        )

    def _iot_hub_client(self, target: "TargetSettings") -> "IotHubClient":
        from shared.adapters.iot_hub_client import IotHubClient

        ca_file, account = self._settings.hub_ca_file, self._account_of(target)
        return IotHubClient(target.host, _signing(target), self._timeout, ca_file, account)

    def _iot_hub(self, target: "TargetSettings") -> "Target":
        from shared.adapters.iot_hub import IotHubTarget

        return IotHubTarget(
            self._iot_hub_client(target),
            self.exchange,
            strict=target.strict,
            identity=target.storage_identity,
            device_limit=target.device_limit,
        )

    def _iot_hub_arm(self, target: "TargetSettings") -> "Target":
        from shared.adapters.arm_client import ArmClient, token_scope
        from shared.adapters.iot_hub_arm import IotHubArmTarget
        from shared.adapters.iot_hub_client import bearer_token

        signing = bearer_token(_credential(target.connection), token_scope(target.host))
        client = ArmClient(
            target.host,
            target.resource,
            signing,
            self._timeout,
            ca_file=self._settings.hub_ca_file,
            identity_account=self._account_of(target),
        )
        return IotHubArmTarget(
            client,
            target.hub_host,
            self.exchange,
            strict=target.strict,
            identity=target.storage_identity,
        )

    def _intune(self, target: "TargetSettings") -> "Target":
        from shared.adapters.graph_client import GraphClient
        from shared.adapters.intune import IntuneTarget, slot_of
        from shared.adapters.run_documents import RunDocuments
        from shared.domain.chunked_run import ChunkedRun

        credential, ca_file = _credential(target.connection), self._settings.hub_ca_file
        client = GraphClient(target.host, credential, self._timeout, ca_file)
        runs = RunDocuments(self._documents, slot_of(target.host), ChunkedRun)
        options = {"strict": target.strict, "overwrite": target.overwrite}
        return IntuneTarget(client, runs, self.work, self.clock, **options)


def _signing(target: "TargetSettings") -> "Signing":
    from shared.adapters.iot_hub_client import SharedAccessPolicy, bearer_token
    from shared.settings import connection_parts

    connection = target.connection
    if not connection.connection_string:
        return bearer_token(_credential(connection))
    parts = connection_parts(connection.connection_string)
    return SharedAccessPolicy(target.host, parts["SharedAccessKeyName"], parts["SharedAccessKey"])


def _credential(connection: "Connection") -> "TokenCredential":
    from shared.settings import LOCAL_CREDENTIAL

    if connection.credential == LOCAL_CREDENTIAL:
        from shared.adapters.local_credential import LocalCredential

        return LocalCredential()

    from azure.identity import DefaultAzureCredential, ManagedIdentityCredential

    if connection.credential == "managedidentity":
        return ManagedIdentityCredential(client_id=connection.client_id)
    return DefaultAzureCredential(managed_identity_client_id=connection.client_id)


def _blob_service(connection: "Connection", **options: "Any") -> "BlobServiceClient":
    from azure.storage.blob import BlobServiceClient

    from shared.adapters.storage import CLIENT_OPTIONS

    if connection.connection_string:
        text = connection.connection_string.get_secret_value()
        return BlobServiceClient.from_connection_string(text, **CLIENT_OPTIONS, **options)
    credential = _credential(connection)
    return BlobServiceClient(connection.address, credential, **CLIENT_OPTIONS, **options)


def _service_bus(connection: "Connection") -> "ServiceBusClient":
    from azure.servicebus import ServiceBusClient

    if connection.connection_string:
        text = connection.connection_string.get_secret_value()
        return ServiceBusClient.from_connection_string(text, retry_total=BUS_RETRIES)
    credential = _credential(connection)
    return ServiceBusClient(connection.address, credential, retry_total=BUS_RETRIES)
