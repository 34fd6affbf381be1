"""How hubs, jobs and quotas look in answers (the Swagger; hubs as in recorded traffic)."""

from collections import ChainMap
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

from emulators.iot_hub import ticks
from emulators.iot_hub.arm.management import Management
from emulators.iot_hub.arm.sku import sku_of
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.job import Job
from emulators.iot_hub.managed_identity import NOBODY, ManagedIdentities
from emulators.iot_hub.server import RunningHub


type Json = dict[str, Any]

#: Where all hubs are; Resource Manager knows no better name for this machine.
LOCATION: Final = "westus2"


def hub(running: RunningHub, management: Management) -> Json:
    """Show a hub. Its properties are those that a hub on this machine has."""
    sku = sku_of(running.hub)
    return {
        "id": management.resource_id(running),
        "name": running.hub.name,
        "type": "Microsoft.Devices/IotHubs",
        "location": LOCATION,
        "tags": {},
        "subscriptionid": management.subscription,
        "resourcegroup": management.resource_group,
        "etag": "AAAAAAAAAAE=",
        "properties": {
            "locations": [{"location": "West US 2", "role": "primary"}],
            "state": "Active",
            "provisioningState": "Succeeded",
            "ipFilterRules": [],
            "hostName": running.host,
            "enableFileUploadNotifications": False,
            "features": "None",
        },
        "sku": {"name": sku.name, "tier": sku.tier, "capacity": sku.capacity},
        "identity": _identity(running.hub.storage.identities, management.resource_id(running)),
    }


def _identity(identities: ManagedIdentities, resource_id: str) -> Json:
    """Show a hub's managed identities (`ArmIdentity` in the Swagger)."""
    users = {
        user: {"principalId": _made_of(user), "clientId": _made_of(f"{user}/clientId")}
        for user in sorted(identities.user_assigned)
    }
    shown: Json = {}
    if identities.system_assigned:
        shown["SystemAssigned"] = {"principalId": _made_of(resource_id), "tenantId": NOBODY}
    if users:
        shown["UserAssigned"] = {"userAssignedIdentities": users}
    return dict(ChainMap({"type": ", ".join(shown) or "None"}, *shown.values()))


def _made_of(name: str) -> str:
    """Return the identifier that a directory would have given to what has that name."""
    return str(uuid5(NAMESPACE_URL, name))


def job(job: Job) -> Json:
    """Show a job. It has no progress here, and its times are whole seconds."""
    return {
        "jobId": job.job_id,
        "startTimeUtc": ticks.rfc1123(job.started),
        "endTimeUtc": ticks.rfc1123(job.ended) if job.ended else None,
        "type": job.type,
        "status": job.status,
        "failureReason": job.failure_reason,
        "statusMessage": job.failure_reason,
        "parentJobId": None,
    }


def quota_metrics(hub: Hub) -> list[Json]:
    """Show what is counted against a limit. No message has ever reached the hub."""
    messages, devices = sku_of(hub).daily_messages, sum(hub.registry.statistics())
    return [
        {"name": "TotalMessages", "currentValue": 0, "maxValue": messages},
        {"name": "TotalDeviceCount", "currentValue": devices, "maxValue": hub.registry.limit},
    ]


def statistics(hub: Hub) -> Json:
    """Show how many devices there are."""
    counts = hub.registry.statistics()
    return {
        "totalDeviceCount": sum(counts),
        "enabledDeviceCount": counts.enabled,
        "disabledDeviceCount": counts.disabled,
    }
