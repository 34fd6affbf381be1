"""The answer to `POST /jobs/create` gets lost in every way there is, and there is one job."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field

import pytest
from azure.storage.blob import BlobServiceClient

from emulators.azurite import RunningAzurite
from emulators.iot_hub.faults import Action, Fault, When
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.server import RunningHub, serve
from shared.adapters.exchange import Exchange
from shared.adapters.iot_hub import IotHubTarget
from shared.adapters.iot_hub_client import IotHubClient, SharedAccessPolicy
from shared.adapters.storage import CLIENT_OPTIONS, Container
from shared.adapters.system_clock import SystemClock
from shared.domain.lifecycle import State
from shared.domain.parts import Part
from tests.builders import a_file, a_line
from tests.fakes.world import PATIENCE, World
from tests.kills.lane import POLLS, connection_to


CREATE = "POST /jobs/create"
HUBS = 10
#: Each of them three times at each hub: 210 answers are lost.
LOSSES = {
    "timeout": (Action.HANG, 0),
    "reset": (Action.RESET, 0),
    "500": (Action.STATUS, 500),
    "503": (Action.STATUS, 503),
    "504": (Action.STATUS, 504),
    "JSON that is cut off": (Action.TRUNCATE, 0),
    "HTML with 200": (Action.PAGE, 0),
}
TIMES = 3
#: Seconds that an answer may take, short because some never come.
TIMEOUT = 2


@dataclass
class Hubs:
    """Real hubs and exchanges around an app whose records are in memory."""

    running: list[RunningHub]
    storage: BlobServiceClient
    world: World = field(default_factory=World)

    def __post_init__(self) -> None:
        """Make each hub a target."""
        exchange = Exchange(self.storage, self.storage, SystemClock())
        self.world.targets = {
            one.hub.name: IotHubTarget(_client(one), exchange, strict=False)
            for one in self.running
        }

    def drop(self, hub: Hub, name: str) -> str:
        """Drop a file with one device for a hub, and lay it out where an exchange copies from."""
        lines = a_file(a_line(name, importMode="create"))
        import_id = self.world.drop(f"{hub.name}/{name}", lines)
        path = f"{import_id}/{self.world.record(import_id).validated(Part.DEVICES)}"
        accepted = self.world.work.files[f"work/{path}"]
        Container(self.storage, "work").client.upload_blob(path, accepted)
        return import_id

    def settle(self) -> None:
        """Let all hubs end what they were asked for."""
        for one in self.running:
            one.hub.jobs.settle()


def _client(running: RunningHub) -> IotHubClient:
    owner = running.hub.policies["iothubowner"]
    signing = SharedAccessPolicy(running.host, "iothubowner", owner.key)
    return IotHubClient(running.host, signing, TIMEOUT, str(running.ca_file))


@pytest.fixture(scope="module")
def hubs(accounts: RunningAzurite) -> Iterator[Hubs]:
    with ExitStack() as opened:
        running = [opened.enter_context(serve(Hub(f"hub-{number}"))) for number in range(HUBS)]
        connection = connection_to(accounts, "answers")
        storage = BlobServiceClient.from_connection_string(connection, **CLIENT_OPTIONS)
        yield Hubs(running, opened.enter_context(storage))


@pytest.mark.parametrize("time", range(TIMES))
@pytest.mark.parametrize("loss", LOSSES)
def test_a_lost_answer_is_one_job_and_no_case_for_a_person(hubs: Hubs, loss: str, time: int):
    """Most hubs took the job before its answer got lost, and it is adopted; others never did."""
    action, status = LOSSES[loss]
    imports = {}
    for number, one in enumerate(hubs.running):
        when = When.AFTER if number % 5 else When.BEFORE
        one.hub.calls.clear()
        one.hub.jobs.clear()
        one.hub.faults.add(Fault(CREATE, action, status, when))
        imports[hubs.drop(one.hub, f"{loss.replace(' ', '-')}-{time}")] = one.hub, when
    with ThreadPoolExecutor(HUBS) as pool:
        list(pool.map(hubs.world.start, imports))
    assert {hubs.world.record(one).state for one in imports} == {State.STARTING}
    hubs.world.clock.move(seconds=PATIENCE.total_seconds())
    for _ in range(POLLS - 1):
        hubs.world.tick()
        hubs.world.clock.move(seconds=PATIENCE.total_seconds() / 3)
    assert {hubs.world.record(one).state for one in imports} <= {State.RUNNING, State.COMPLETED}
    hubs.settle()
    hubs.world.poll()
    for import_id, (hub, when) in imports.items():
        record = hubs.world.record(import_id)
        assert (record.state, record.counts.applied) == (State.COMPLETED, 1)
        assert [job.job_id for job in hub.jobs.all()] == [record.job_id]
        # The hub did nothing about the first call if its answer got lost before.
        assert hub.calls[CREATE] == (1 if when is When.AFTER else 2)
