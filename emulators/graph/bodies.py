"""The parameters of the two actions, read from JSON as OData reads them.

Source: Graph beta reference for names and types; Intune's answers to bodies that do not fit
(Intune-PowerShell-SDK#98, Microsoft365DSC#5954, microsoft-graph-docs#16663). That null and a value
of no enumeration are told like a value of the wrong type is assumed.
"""

import json
from collections.abc import Mapping
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, ValidationError
from pydantic.alias_generators import to_camel
from pydantic_core import ErrorDetails

from emulators.graph.errors import GraphError, IntuneError, ModelError, bad_request
from emulators.graph.identity import EnrollmentState, IdentityType, Platform


_NAMESPACE: Final = "microsoft.management.services.api"
_DATE: Final = "Edm.DateTimeOffset"
_EXPECTED: Final[Mapping[str, str]] = {
    "importedDeviceIdentities": f"Collection({_NAMESPACE}.importedDeviceIdentity)",
    "overwriteImportedDeviceIdentities": "Edm.Boolean",
    "importedDeviceIdentityType": f"{_NAMESPACE}.importedDeviceIdentityType",
    "enrollmentState": f"{_NAMESPACE}.enrollmentState",
    "platform": f"{_NAMESPACE}.platform",
    "lastModifiedDateTime": _DATE,
    "createdDateTime": _DATE,
    "lastContactedDateTime": _DATE,
}


class _Model(BaseModel):
    model_config = ConfigDict(alias_generator=to_camel, strict=True, extra="allow")

    def unknown(self) -> str | None:
        """Return a name that the type does not have; annotations (`@odata.type`) are none."""
        return next((name for name in self.model_extra or {} if "@" not in name), None)


class Item(_Model):
    """One importedDeviceIdentity of a request; what the service sets itself is ignored."""

    id: str | None = None
    imported_device_identifier: str | None = None
    imported_device_identity_type: IdentityType = IdentityType.UNKNOWN
    last_modified_date_time: AwareDatetime | None = None
    created_date_time: AwareDatetime | None = None
    last_contacted_date_time: AwareDatetime | None = None
    description: str | None = None
    enrollment_state: EnrollmentState = EnrollmentState.UNKNOWN
    platform: Platform = Platform.UNKNOWN


class Search(_Model):
    """The parameters of searchExistingIdentities."""

    imported_device_identities: list[Item] | None = None


class Import(Search):
    """The parameters of importDeviceIdentityList."""

    overwrite_imported_device_identities: bool = False


def read[S: Search](model: type[S], action: str, body: bytes) -> tuple[S, list[Item]]:
    """Read the parameters of an action; return them and their items.

    Raises:
        GraphError: 400.
    """
    try:
        parameters = model.model_validate_json(body)
    except ValidationError as error:
        raise _misfit(error.errors(include_url=False)[0]) from error
    if name := parameters.unknown():
        raise _no_parameter(name, action)
    items = parameters.imported_device_identities
    if items is None:
        text = "Invalid ODataActionParameter 'importedDeviceIdentities'"
        raise IntuneError(400, "BadRequest", text)
    if name := next(filter(None, (item.unknown() for item in items)), None):
        raise _no_property(name)
    return parameters, items


def _misfit(error: ErrorDetails) -> GraphError:
    if not error["loc"]:
        return bad_request(
            "Unable to read JSON request payload. "
            "Please ensure Content-Type header is set and payload is of valid JSON format."
        )
    name = next(str(step) for step in reversed(error["loc"]) if isinstance(step, str))
    expected = _EXPECTED.get(name, "Edm.String")
    literal = _literal(error["input"])
    return ModelError(f"Cannot convert the literal '{literal}' to the expected type '{expected}'.")


def _literal(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _no_parameter(name: str, action: str) -> ModelError:
    return ModelError(
        f"The parameter '{name}' in the request payload "
        f"is not a valid parameter for the operation '{action}'."
    )


def _no_property(name: str) -> ModelError:
    kind = f"{_NAMESPACE}.importedDeviceIdentity"
    return ModelError(
        f"The property '{name}' does not exist on type '{kind}'. "
        "Make sure to only use property names that are defined by the type."
    )
