"""What the registry keeps of a device or module, and how a new one comes into being."""

import base64
import json
import os
from typing import Any, Final, NamedTuple

from emulators.iot_hub import ticks
from emulators.iot_hub.export_import_device import (
    Authentication,
    AuthenticationType,
    ExportImportDevice,
)
from emulators.iot_hub.typed_json import Document


SYSTEM_MODULES: Final = ("$edgeAgent", "$edgeHub")
KEY_BYTES: Final = 32


class Identity(NamedTuple):
    """One row of the registry, with its twin. JSON documents are kept as text."""

    device_id: str
    module_id: str  #: Empty for a device.
    generation_id: str
    version: int  #: Counts writes from an arbitrary start; `etag` is its text.
    status: str
    status_reason: str | None
    status_updated: int | None  #: Ticks; None until the status is written a second time.
    authentication_type: str
    primary_key: str
    secondary_key: str
    primary_thumbprint: str
    secondary_thumbprint: str
    iot_edge: bool
    device_scope: str | None
    parent_scopes: str
    managed_by: str | None
    twin_version: int  #: Counts writes to tags and desired properties from 1.
    desired_version: int
    twin_updated: int  #: Ticks.
    tags: str
    desired: str
    reported: str

    @property
    def etag(self) -> str:
        """The identity's ETag: base64 of a decimal number (recorded: OTQ1MjczNDU0)."""
        return base64.b64encode(str(self.version).encode()).decode()

    @property
    def twin_etag(self) -> str:
        """The twin's ETag: base64 of an eight-byte number (recorded: AAAAAAAAAAE=)."""
        return base64.b64encode(self.twin_version.to_bytes(8)).decode()

    @property
    def is_module(self) -> bool:
        """Whether this is a module's identity."""
        return bool(self.module_id)


def new_identity(wish: ExportImportDevice) -> Identity:
    """Make the identity that a line asks for; keys that it does not give are generated."""
    now = ticks.now()
    generation = str(now)
    return Identity(
        device_id=wish.id,
        module_id=wish.module_id,
        generation_id=generation,
        version=now % 10**9,
        status_updated=None,
        **_wished(wish),
        device_scope=own_scope(wish.id, generation) if wish.is_edge else wish.device_scope,
        twin_version=1,
        desired_version=1,
        twin_updated=now,
        tags="{}",
        desired="{}",
        reported="{}",
    )


def overwritten(old: Identity, wish: ExportImportDevice) -> Identity:
    """Replace all that a line may set. A line without keys gets new ones, as observed live."""
    if old.iot_edge and not wish.is_edge:
        # Its parent is lost, even if the line names one (observed live).
        wish = wish._replace(device_scope=None)
    scope = own_scope(wish.id, old.generation_id) if wish.is_edge else wish.device_scope
    return old._replace(
        version=old.version + 1,
        status_updated=ticks.now(),
        device_scope=scope,
        **_wished(wish),
    )


def own_scope(device_id: str, generation_id: str) -> str:
    """Return the scope that an edge device spans for its children."""
    return f"ms-azure-iot-edge://{device_id}-{generation_id}"


def system_modules(edge: Identity) -> list[Identity]:
    """Make the two modules that every edge device has."""
    credentials = Authentication(AuthenticationType.NONE)
    return [
        new_identity(
            ExportImportDevice(
                edge.device_id, module, authentication=credentials, managed_by="iotEdge"
            )
        )
        for module in SYSTEM_MODULES
    ]


def with_twin(
    old: Identity,
    tags: Document | None = None,
    desired: Document | None = None,
    reported: Document | None = None,
) -> Identity:
    """Replace the sections of the twin that are given; the others stay."""
    return old._replace(
        twin_version=old.twin_version + 1,
        desired_version=old.desired_version + (desired is not None),
        twin_updated=ticks.now(),
        tags=old.tags if tags is None else json.dumps(tags),
        desired=old.desired if desired is None else json.dumps(desired),
        reported=old.reported if reported is None else json.dumps(reported),
    )


def _wished(wish: ExportImportDevice) -> dict[str, Any]:
    # A leaf's only parent is its scope; an edge device names its parents apart (observed live).
    leaf_parents = (wish.device_scope,) if wish.device_scope else ()
    parents = wish.parent_scopes if wish.is_edge else leaf_parents
    return {
        "status": wish.status.value,
        "status_reason": wish.status_reason,
        "iot_edge": wish.is_edge,
        "parent_scopes": json.dumps(parents) if parents else "[]",
        "managed_by": wish.managed_by,
        **_credentials(wish),
    }


def _credentials(wish: ExportImportDevice) -> dict[str, str]:
    given = wish.authentication
    sort = _authentication_type(wish)
    generates = sort is AuthenticationType.SAS and not given.keys.primary
    return {
        "authentication_type": sort.value,
        "primary_key": _new_key() if generates else given.keys.primary,
        "secondary_key": _new_key() if generates else given.keys.secondary,
        "primary_thumbprint": given.thumbprints.primary,
        "secondary_thumbprint": given.thumbprints.secondary,
    }


def _authentication_type(wish: ExportImportDevice) -> AuthenticationType:
    """Return what a line says or means; `none` is for the hub's own modules only."""
    given = wish.authentication
    if given.type is AuthenticationType.NONE and wish.module_id in SYSTEM_MODULES:
        return AuthenticationType.NONE
    if given.type in {None, AuthenticationType.NONE}:
        has_prints = any(given.thumbprints)
        return AuthenticationType.SELF_SIGNED if has_prints else AuthenticationType.SAS
    return given.type


def _new_key() -> str:
    return base64.b64encode(os.urandom(KEY_BYTES)).decode()
