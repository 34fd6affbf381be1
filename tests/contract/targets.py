"""Targets for the contract suites: the fake hub, and one hub by either plane and contract."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from azure.storage.blob import BlobServiceClient

from emulators.graph.server import RunningGraph
from emulators.iot_hub.arm.contract import Contract
from emulators.iot_hub.arm.server import RunningManagement, serve
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.managed_identity import ManagedIdentities
from emulators.iot_hub.pace import Pace
from emulators.iot_hub.server import RunningHub
from emulators.iot_hub.storage import Storage
from shared.adapters.arm_client import ArmClient, token_scope
from shared.adapters.bulk_run import BulkHabit
from shared.adapters.exchange import Exchange
from shared.adapters.hub_target import HubTarget
from shared.adapters.iot_hub import IotHubTarget
from shared.adapters.iot_hub_arm import IotHubArmTarget
from shared.adapters.iot_hub_bulk import MANY, ONE, IotHubBulkTarget
from shared.adapters.iot_hub_client import IotHubClient, SharedAccessPolicy, bearer_token
from shared.adapters.iot_hub_ways import IotHubWays
from shared.adapters.run_documents import job_id
from shared.adapters.storage import Container
from shared.adapters.system_clock import SystemClock
from shared.domain.import_errors import LineError
from shared.ports import AttemptRef, Target
from tests.builders import a_file, a_line
from tests.bulk_calls import BulkCalls
from tests.contract.intune_scene import IntuneScene, an_identifier
from tests.emulators.iot_hub.lines import create
from tests.entra import UnsignedToken
from tests.fakes.files import FakeWork
from tests.fakes.hub import FakeHub
from tests.waiting import until


EXISTS = "exists-already"
ASSIGNED = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/local/providers/"
    "Microsoft.ManagedIdentity/userAssignedIdentities/importer"
)
#: How the service is reached; the last two are the two contracts of Resource Manager.
PLANES = ("data plane", "ARM", "ARM of 2016")


@dataclass
class Scene:
    """A target, and what happens around it."""

    target: Target
    #: Lays out accepted lines where the target takes them from.
    accept: Callable[[AttemptRef, bytes], None]
    #: Lets the running job end; a hub that has the device `EXISTS` refuses to create it.
    finish: Callable[[], None]
    cancels: bool = True


def fake_scene() -> Scene:
    """Return the fake hub."""
    work = FakeWork()
    hub = FakeHub(
        work, registry={"devices.txt": a_file(a_line(EXISTS)), "configurations.txt": b""}
    )

    def accept(ref: AttemptRef, lines: bytes) -> None:
        work.files[f"work/{ref.import_id}/devices.txt"] = lines

    def finish() -> None:
        exists = any(EXISTS in lines.decode() for lines in hub.exchange.values())
        errors = [LineError(EXISTS, None, "DeviceAlreadyExists", "is there")] if exists else []
        hub.finish(*errors)

    return Scene(hub, accept, finish)


def intune_scene(running: RunningGraph, storage: BlobServiceClient) -> Scene:
    """Return a tenant of Intune that has the identifier `EXISTS`."""
    tenant = IntuneScene(running, storage)
    tenant.has(EXISTS)

    def accept(ref: AttemptRef, lines: bytes) -> None:
        names = (json.loads(line)["id"] for line in lines.splitlines())
        tenant.accept(ref, a_file(*(an_identifier(name, description="new") for name in names)))

    def finish() -> None:
        for job in tenant.target.look():
            import_id, _, number = job.id.rpartition("-a")
            tenant.target.advance(AttemptRef(import_id, int(number), 1), job.id, ())

    return Scene(tenant.target, accept, finish)


@contextmanager
def one_hub() -> Iterator[RunningManagement]:
    """Serve a hub with identities, and its management."""
    storage = Storage(ManagedIdentities(system_assigned=True, user_assigned=frozenset({ASSIGNED})))
    with serve(Hub("east", pace=Pace(running=0.3), storage=storage)) as running:
        yield running


@dataclass
class Service:
    """The running hub, and targets that reach it."""

    running: RunningManagement
    storage: BlobServiceClient
    exchange: Exchange = field(init=False)

    def __post_init__(self) -> None:
        """Begin with a hub as new."""
        self.exchange = Exchange(self.storage, self.storage, SystemClock())
        self.running.management.reset()
        self.running.management.retry_after = 0
        self.hub.reset()

    @property
    def hub(self) -> Hub:
        """The hub behind the sockets."""
        return self.host.hub

    @property
    def host(self) -> RunningHub:
        """The hub's own plane."""
        return self.running.hubs["east"]

    def client(self, key: str = "", identity_account: str | None = None) -> IotHubClient:
        """Return a client of the data plane that signs with the owner's key, or with another."""
        owner = self.hub.policies["iothubowner"]
        signing = SharedAccessPolicy(self.host.host, "iothubowner", key or owner.key)
        return IotHubClient(self.host.host, signing, 1, str(self.host.ca_file), identity_account)

    def arm_client(self, audience: str = "https://management.azure.com") -> ArmClient:
        """Return a client of Resource Manager whose token is for `audience`."""
        host = self.running.base_url.removeprefix("https://")
        token = UnsignedToken(audience)
        resource = self.running.management.resource_id(self.host)
        signing = bearer_token(token, token_scope(host))
        return ArmClient(host, resource, signing, 1, ca_file=str(self.running.ca_file))

    def target(self, plane: str, identity: str | None = None) -> HubTarget:
        """Return a target on one of the planes."""
        if plane == "data plane":
            return IotHubTarget(self.client(), self.exchange, strict=False, identity=identity)
        if plane == "ARM of 2016":
            self.running.management.contract = Contract.OF_2016
        host = self.host.host
        client = self.arm_client()
        return IotHubArmTarget(client, host, self.exchange, strict=False, identity=identity)

    def scene(self, plane: str, identity: str | None = None) -> Scene:
        """Return a target whose hub has the device `EXISTS` and has shown no job yet."""
        target = self.target(plane, identity)
        work = Container(self.storage, "work").client

        def accept(ref: AttemptRef, lines: bytes) -> None:
            work.upload_blob(f"{ref.import_id}/devices.txt", lines, overwrite=True)

        def finish() -> None:
            until(lambda: all(job.status.is_final for job in target.look()), "the job ended")

        ref = AttemptRef(f"seed{id(target)}", 1, 1)
        accept(ref, a_file(a_line(EXISTS)))
        target.prepare(ref)
        target.start(ref)
        finish()
        self.hub.jobs.clear()
        self.hub.calls.clear()
        self.running.management.calls.clear()
        return Scene(target, accept, finish, cancels=plane == "data plane")


def ways_scene(service: Service, fresh: str) -> Scene:
    """Return a hub by jobs that has calls as further ways, as targets `iot_hub` and `auto` do."""
    scene = service.scene("data plane")
    calls = BulkCalls(service.host, service.storage, fresh)
    again = IotHubBulkTarget(calls.place, ONE, strict=False)
    return replace(scene, target=IotHubWays(scene.target, calls.target, again, calls.rate))


def bulk_scene(
    running: RunningHub, storage: BlobServiceClient, fresh: str, habit: BulkHabit = MANY
) -> Scene:
    """Return bulk calls into a hub that has the device `EXISTS`."""
    running.hub.reset()
    create(running.hub.registry, EXISTS)
    calls = BulkCalls(running, storage, fresh, rate=5000, habit=habit)
    work = Container(storage, "work").client
    refs: dict[str, AttemptRef] = {}

    def accept(ref: AttemptRef, lines: bytes) -> None:
        work.upload_blob(f"{ref.import_id}/devices.txt", lines, overwrite=True)
        for number in (1, 2):
            refs[job_id(replace(ref, number=number))] = replace(ref, number=number)

    def finish() -> None:
        for job in calls.target.look():
            calls.target.advance(refs[job.id], job.id, ())

    return Scene(calls.target, accept, finish)


def configuration(name: str) -> bytes:
    """Return a line of a file of configurations."""
    content = {"deviceContent": {"properties.desired.rate": 5}}
    shown = {"id": name, "content": content, "targetCondition": "tags.a='b'", "priority": 1}
    return json.dumps(shown | {"importMode": "createOrUpdateIfMatchETag"}).encode()
