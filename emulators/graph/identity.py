"""A corporate device identifier, as Intune keeps and Graph shows it.

Source: Graph beta reference, resources importedDeviceIdentity and importedDeviceIdentityResult.
"""

from enum import StrEnum
from typing import Any, Final, NamedTuple


class IdentityType(StrEnum):
    """What an identifier is."""

    UNKNOWN = "unknown"
    IMEI = "imei"
    SERIAL_NUMBER = "serialNumber"
    MANUFACTURER_MODEL_SERIAL = "manufacturerModelSerial"


class EnrollmentState(StrEnum):
    """How far the device has come; the service's business alone."""

    UNKNOWN = "unknown"
    ENROLLED = "enrolled"
    PENDING_RESET = "pendingReset"
    FAILED = "failed"
    NOT_CONTACTED = "notContacted"
    BLOCKED = "blocked"


class Platform(StrEnum):
    """The operating system of a device."""

    UNKNOWN = "unknown"
    IOS = "ios"
    ANDROID = "android"
    WINDOWS = "windows"
    WINDOWS_MOBILE = "windowsMobile"
    MAC_OS = "macOS"
    VISION_OS = "visionOS"
    TVOS = "tvos"
    UNKNOWN_FUTURE_VALUE = "unknownFutureValue"


class Device(NamedTuple):
    """What a device is recognised by when it enrolls, in Intune's spelling."""

    kind: IdentityType
    identifier: str


class ImportedDeviceIdentity(NamedTuple):
    """One identity; times are ISO 8601 in UTC. Its fields are in the order of the reference."""

    id: str
    identifier: str
    kind: str
    modified: str
    created: str
    contacted: str
    description: str | None
    state: str
    platform: str

    def shown(self) -> dict[str, Any]:
        """Return the JSON of an importedDeviceIdentity."""
        named = zip(FIELDS, self, strict=True)
        return {"@odata.type": "#microsoft.graph.importedDeviceIdentity", **dict(named)}

    def result(self) -> dict[str, Any]:
        """Return the JSON of an importedDeviceIdentityResult.

        The reference calls `status` the status of the imported identity. It was seen false for
        identities that were accepted, and true for those of devices that had enrolled
        (microsoft-graph-docs#14035, microsoft-graph-docs-contrib#3057).
        """
        kind = "#microsoft.graph.importedDeviceIdentityResult"
        status = self.state == EnrollmentState.ENROLLED
        return {**self.shown(), "@odata.type": kind, "status": status}


#: Graph's names of the fields, in order, and ours.
FIELDS: Final = dict(
    zip(
        (
            "id",
            "importedDeviceIdentifier",
            "importedDeviceIdentityType",
            "lastModifiedDateTime",
            "createdDateTime",
            "lastContactedDateTime",
            "description",
            "enrollmentState",
            "platform",
        ),
        ImportedDeviceIdentity._fields,
        strict=True,
    )
)
