"""How identities and twins look in answers and export files (recorded traffic, live exports)."""

import json
from typing import Any

from emulators.iot_hub import ticks
from emulators.iot_hub.export_import_device import AuthenticationType
from emulators.iot_hub.identity import Identity


type Json = dict[str, Any]


def device(identity: Identity) -> Json:
    """Show a device as `GET /devices/{id}` does."""
    return {
        "deviceId": identity.device_id,
        "generationId": identity.generation_id,
        "etag": identity.etag,
        "connectionState": "Disconnected",
        "status": identity.status,
        "statusReason": identity.status_reason,
        "connectionStateUpdatedTime": ticks.NEVER,
        "statusUpdatedTime": _time(identity.status_updated),
        "lastActivityTime": ticks.NEVER,
        "cloudToDeviceMessageCount": 0,
        "authentication": _authentication(identity),
        "capabilities": {"iotEdge": bool(identity.iot_edge)},
        **_scope(identity),
        "parentScopes": json.loads(identity.parent_scopes),
    }


def module(identity: Identity) -> Json:
    """Show a module as `GET /devices/{id}/modules/{mid}` does."""
    return {
        "moduleId": identity.module_id,
        "managedBy": identity.managed_by,
        "deviceId": identity.device_id,
        "generationId": identity.generation_id,
        "etag": identity.etag,
        "connectionState": "Disconnected",
        "connectionStateUpdatedTime": ticks.NEVER,
        "lastActivityTime": ticks.NEVER,
        "cloudToDeviceMessageCount": 0,
        "authentication": _authentication(identity),
    }


def twin(identity: Identity) -> Json:
    """Show a twin as `GET /twins/{id}` does; tags and scopes only when there are any."""
    tags, parents = json.loads(identity.tags), json.loads(identity.parent_scopes)
    return {
        "deviceId": identity.device_id,
        **({"moduleId": identity.module_id} if identity.is_module else {}),
        "etag": identity.twin_etag,
        "deviceEtag": identity.etag,
        "status": identity.status,
        **({"statusReason": identity.status_reason} if identity.status_reason else {}),
        "statusUpdateTime": _time(identity.status_updated),
        "connectionState": "Disconnected",
        "lastActivityTime": ticks.NEVER,
        "cloudToDeviceMessageCount": 0,
        "authenticationType": identity.authentication_type,
        "x509Thumbprint": _thumbprints(identity),
        "version": identity.twin_version + 1,
        **({"tags": tags} if tags else {}),
        "properties": _properties(identity),
        "capabilities": {"iotEdge": bool(identity.iot_edge)},
        **_scope(identity),
        **({"parentScopes": parents} if parents else {}),
    }


def export_line(identity: Identity, *, with_keys: bool) -> Json:
    """Show an identity as an export job does; without keys they are null, not absent."""
    named = {"id": identity.device_id}
    if identity.is_module:
        named["moduleId"] = identity.module_id
    return {
        **named,
        "eTag": identity.etag,
        "status": identity.status,
        "statusReason": identity.status_reason or "",
        "authentication": _exported_authentication(identity, with_keys=with_keys),
        "twinETag": identity.twin_etag,
        "tags": json.loads(identity.tags),
        "properties": {
            "desired": json.loads(identity.desired),
            "reported": json.loads(identity.reported),
        },
        "capabilities": {"iotEdge": bool(identity.iot_edge)},
        **_scope(identity),
    }


def _authentication(identity: Identity) -> Json:
    return {
        "symmetricKey": {
            "primaryKey": identity.primary_key or None,
            "secondaryKey": identity.secondary_key or None,
        },
        "x509Thumbprint": _thumbprints(identity),
        "type": identity.authentication_type,
    }


def _exported_authentication(identity: Identity, *, with_keys: bool) -> Json | None:
    if identity.authentication_type == AuthenticationType.NONE:
        return None
    no_keys = {"primaryKey": None, "secondaryKey": None}
    return _authentication(identity) | ({} if with_keys else {"symmetricKey": no_keys})


def _thumbprints(identity: Identity) -> Json:
    return {
        "primaryThumbprint": identity.primary_thumbprint or None,
        "secondaryThumbprint": identity.secondary_thumbprint or None,
    }


def _properties(identity: Identity) -> Json:
    written = {"$metadata": {"$lastUpdated": ticks.iso(identity.twin_updated)}}
    return {
        "desired": json.loads(identity.desired) | written | {"$version": identity.desired_version},
        "reported": json.loads(identity.reported) | written | {"$version": 1},
    }


def _scope(identity: Identity) -> Json:
    return {"deviceScope": identity.device_scope} if identity.device_scope else {}


def _time(moment: int | None) -> str:
    return ticks.iso(moment) if moment else ticks.NEVER
