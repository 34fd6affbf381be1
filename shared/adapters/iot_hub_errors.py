"""Reads the errors of IoT Hub by name, and says what each means for starting a job."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.adapters.error_envelopes import read_envelopes
from shared.domain.errors import (
    AnswerLost,
    ImporterError,
    StorageNotReady,
    TargetBusy,
    TargetRefused,
    TargetThrottled,
    TargetUnreachable,
)
from shared.domain.hub_errors import reaction_to
from shared.domain.known_error import Reaction
from shared.domain.redaction import redacted


#: The role that the identity of a hub needs. Source: virtual-network-support.md, bulk identity
#: how-to.
STORAGE_ROLE: Final = "Storage Blob Data Contributor"

#: What is raised for each reaction but the refusals.
_RAISED: Final[Mapping[Reaction, type[ImporterError]]] = {
    Reaction.BUSY: TargetBusy,
    Reaction.THROTTLED: TargetThrottled,
    Reaction.UNAVAILABLE: TargetUnreachable,
    Reaction.UNKNOWN_OUTCOME: AnswerLost,
}


@dataclass(frozen=True, slots=True)
class HubError:
    """An answer that is no success."""

    status: int
    #: The hub's name of the error, or `http_<status>`.
    name: str
    #: For people, on one line and without secrets.
    message: str

    @property
    def reaction(self) -> Reaction:
        """What it asks for: its name decides, and the status only where the name is not known."""
        return reaction_to(self.name, self.status)

    def as_reaction(self, identity_account: str | None = None) -> ImporterError:
        """Return the error to raise: its class is what to do.

        Args:
            identity_account: The storage account that the hub uses with an identity of its own.
                None if jobs bring a key: a container that such a job cannot use is refused at
                once, while the role of an identity may still be on its way.
        """
        refused = TargetRefused(self.name, self.message)
        match self.reaction:
            case Reaction.STORAGE_NOT_READY if identity_account:
                return StorageNotReady(self._refused_identity(identity_account))
            case Reaction.STORAGE_NOT_READY | Reaction.REFUSED | Reaction.CREDENTIALS:
                return refused
            case reaction:
                return _RAISED[reaction](str(refused))

    def _refused_identity(self, account: str) -> TargetRefused:
        needed = f"the hub's identity needs the role {STORAGE_ROLE} on storage account {account}"
        return TargetRefused(self.name, f"{needed}: {self.message}")


def read_hub_error(status: int, headers: Mapping[str, str], body: str) -> HubError:
    """Read whatever hub, Resource Manager or a front end answers with; see `error_envelopes`."""
    said = read_envelopes(headers, body)
    message = redacted(said.text) or "the hub gave no reason"
    return HubError(status, said.code or f"http_{status}", message)
