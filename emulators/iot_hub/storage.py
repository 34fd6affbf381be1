"""How a hub reaches the containers of its jobs, and what it tries before it takes a job."""

from pathlib import Path
from threading import Lock
from typing import Final

from emulators.iot_hub.containers import UNAUTHORIZED, Containers
from emulators.iot_hub.errors import container_refused
from emulators.iot_hub.job import JobRequest, JobType, StorageAuthentication
from emulators.iot_hub.managed_identity import CREDENTIALS, ManagedIdentities


NO_IDENTITY: Final = ManagedIdentities()


class Storage:
    """A hub's way to storage. Any thread may call any method.

    Args:
        identities: The managed identities of the hub.
        ca_file: Certificate that storage's is signed by, when it is no usual one.
    """

    def __init__(
        self, identities: ManagedIdentities = NO_IDENTITY, ca_file: Path | None = None
    ) -> None:
        self.identities = identities
        self._ca_file = ca_file
        self._lock = Lock()
        self._validations_without_role = 0

    def delay_role(self, validations: int) -> None:
        """Let the next so many identity-based validations find no role.

        A new role assignment takes about half a minute until storage knows it (live hub).
        """
        with self._lock:
            self._validations_without_role = validations

    def containers(self, request: JobRequest) -> Containers:
        """Return the way to a job's containers.

        Raises:
            HubError: 400032, the hub has no such identity.
        """
        if request.storage_authentication is StorageAuthentication.KEY_BASED:
            return Containers(ca_file=self._ca_file)
        self.identities.check(request.user_assigned_identity)
        return Containers(CREDENTIALS, self._ca_file)

    def validate(self, request: JobRequest, containers: Containers) -> None:
        """Make sure that a job's containers can be used for all that the job does with them.

        Raises:
            JobRefused: 400008.
        """
        if containers.credentials and self._lacks_role():
            raise container_refused(UNAUTHORIZED.format("write to"))
        if request.type is JobType.IMPORT:
            containers.check_input(request.input_uri, "devices", request.input_blob)
        if request.imports_configurations:
            blob = request.configurations_blob
            containers.check_input(request.input_uri, "configurations", blob)
        containers.check_output(request.output_uri)

    def _lacks_role(self) -> bool:
        with self._lock:
            lacks = self._validations_without_role > 0
            self._validations_without_role -= lacks
            return lacks
