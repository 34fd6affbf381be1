"""A tenant of Intune, and what happens around it."""

import itertools
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from azure.storage.blob import BlobServiceClient

from emulators.graph.identity import Device, IdentityType, Platform
from emulators.graph.server import RunningGraph
from emulators.iot_hub.faults import Action, Fault, When
from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.blob_files import BlobWork
from shared.adapters.graph_client import GraphClient
from shared.adapters.intune import IntuneTarget, slot_of
from shared.adapters.local_credential import LocalCredential
from shared.adapters.run_documents import RunDocuments
from shared.adapters.storage import Container
from shared.domain.chunked_run import ChunkedRun
from shared.domain.corporate_identifier import IDENTIFIER, PLATFORM, SERIAL, TYPE
from shared.domain.import_errors import LineError
from shared.domain.job import Job
from shared.ports import AttemptRef
from tests.builders import a_file
from tests.fakes.clock import FakeClock


IMPORT = "POST /importedDeviceIdentities/importDeviceIdentityList"
SEARCH = "POST /importedDeviceIdentities/searchExistingIdentities"
_NUMBERS = itertools.count(1)


def an_identifier(identifier: str, kind: str = SERIAL, **more: str) -> bytes:
    """Return a canonical line about a corporate identifier."""
    return json.dumps({IDENTIFIER: identifier, TYPE: kind, **more}).encode()


def a_bad_one(identifier: str) -> bytes:
    """Return a line that Graph refuses, as one might that our rules do not know of."""
    return an_identifier(identifier, **{PLATFORM: "amiga"})


@dataclass
class IntuneScene:
    """A target, its tenant, and what lies in storage."""

    graph: RunningGraph
    storage: BlobServiceClient
    overwrite: bool = False
    timeout: float = 5
    credential: Any = field(default_factory=LocalCredential)
    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.graph.tenant.reset()
        container = Container(self.storage, f"state-{next(_NUMBERS)}")
        self.documents = BlobDocuments(container)
        self.target = self.another()

    def another(self) -> IntuneTarget:
        """Return the same target, as another worker would build it."""
        host = self.graph.base_url.removeprefix("https://")
        client = GraphClient(host, self.credential, self.timeout, str(self.graph.ca_file))
        runs = RunDocuments(self.documents, slot_of(host), ChunkedRun)
        work = BlobWork(self.storage)
        return IntuneTarget(client, runs, work, self.clock, strict=False, overwrite=self.overwrite)

    def accept(self, ref: AttemptRef, lines: bytes) -> None:
        """Lay out accepted lines as a validation does."""
        work = Container(self.storage, "work").client
        work.upload_blob(f"{ref.import_id}/devices.txt", lines, overwrite=True)

    def lose_lines(self, ref: AttemptRef) -> None:
        """Let somebody delete them."""
        Container(self.storage, "work").client.delete_blob(f"{ref.import_id}/devices.txt")

    def started(self, *lines: bytes) -> AttemptRef:
        """Return the attempt of a run with these lines, which has started."""
        ref = AttemptRef(f"intune{next(_NUMBERS)}", 1, len(lines))
        self.accept(ref, a_file(*lines))
        self.target.prepare(ref)
        self.target.start(ref)
        self.graph.tenant.calls.clear()
        return ref

    def advance(self, ref: AttemptRef) -> Job:
        """Let one poll go on with a run."""
        job = self.target.advance(ref, f"{ref.import_id}-a1", self.target.look())
        assert job
        return job

    def finish(self, ref: AttemptRef, minutes: int = 15) -> Job:
        """Poll until the run has ended; after each poll some time goes by."""
        while not (job := self.advance(ref)).status.is_final:
            self.clock.move(minutes=minutes)
        return job

    def told(self, ref: AttemptRef, identifiers: Sequence[str]) -> dict[str, LineError]:
        """Return what is told of those identifiers; of none other may anything be told."""
        with self.target.outcome(ref) as errors:
            assert errors
            found = {each: errors.take(each, None) for each in identifiers}
            assert list(errors.rest()) == []
        return {each: error for each, error in found.items() if error}

    def break_next(
        self, operation: str, action: Action, status: int = 0, when: When = When.AFTER, **more: int
    ) -> None:
        """Let the next calls go wrong."""
        self.graph.tenant.faults.add(Fault(operation, action, status, when, **more))

    def has(self, *identifiers: str) -> None:
        """Let the tenant have serial numbers with the details `old`."""
        for identifier in identifiers:
            device = Device(IdentityType.SERIAL_NUMBER, identifier)
            self.graph.tenant.identities.put(device, "old", Platform.UNKNOWN, overwrite=False)

    @property
    def calls(self) -> tuple[int, int]:
        """How many imports and searches there were."""
        calls = self.graph.tenant.calls
        return calls[IMPORT], calls[SEARCH]
