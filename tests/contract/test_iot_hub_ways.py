"""A hub with several ways into it, from a dropped file to its result, on the emulators."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient

from emulators.iot_hub.server import RunningHub
from emulators.iot_hub.tier import Tier
from shared.adapters.iot_hub_ways import BULK, JOB, IotHubWays
from shared.domain.lifecycle import State
from tests.builders import a_file, a_line
from tests.bulk_calls import BulkCalls, standing_hub
from tests.contract.world_of_one_hub import WorldOfOneHub
from tests.emulators.iot_hub.lines import create
from tests.fakes.hub import FakeHub
from tests.fakes.world import World


DOCUMENTED = Path("docs/targets.md").read_text("utf-8")


@pytest.fixture(scope="module")
def hub() -> Iterator[RunningHub]:
    with standing_hub(Tier.S1) as running:
        yield running


@pytest.fixture
def world(hub: RunningHub, storage: BlobServiceClient, fresh: str) -> WorldOfOneHub:
    hub.hub.reset()
    hub.hub.registry.limit = 1_000_000
    return WorldOfOneHub(hub, storage, fresh)


def devices(count: int, **members: Any) -> bytes:
    return a_file(*(a_line(f"d{number:03}", **members) for number in range(count)))


@pytest.mark.parametrize(("count", "way"), [(1, BULK), (100, BULK), (101, JOB)])
def test_the_number_of_lines_chooses_the_way(world: WorldOfOneHub, count: int, way: str):
    """What the hub takes of calls in a minute goes by calls, and takes no job."""
    import_id = world.drop(f"factory-a/{count}", devices(count, importMode="create"))
    world.finish(import_id)
    assert world.record(import_id).way == way
    assert world.result(import_id).data["counts"]["applied"] == count
    posts = world.running.hub.calls
    assert (posts["POST /devices"], posts["POST /jobs/create"]) == (way == BULK, way == JOB)


def test_calls_do_not_wait_for_the_job_of_another(world: WorldOfOneHub):
    """A few devices are in while somebody's job keeps all other jobs waiting."""
    world.running.hub.jobs.clear()
    few = world.drop("factory-a/few", devices(3))
    many = world.drop("factory-a/many", devices(150))
    assert world.record(few).slot != world.record(many).slot
    world.finish(few)
    world.finish(many)


def test_what_a_job_refused_for_want_of_room_is_tried_singly(world: WorldOfOneHub):
    """Room was made meanwhile: the lines are applied one by one, and the report says so."""
    registry = world.running.hub.registry
    create(registry, "d000")
    registry.limit = 110
    import_id = world.drop("factory-a/x", devices(120, importMode="create"))
    world.poll_until(import_id, {State.RETRYING})
    registry.limit = 115
    world.finish(import_id)
    outcomes = world.report(import_id)
    assert outcomes["d000"] == ("failed", "DeviceAlreadyExists")
    assert outcomes["d109"] == ("applied", "")
    assert [outcomes[f"d{number}"] for number in range(110, 115)] == [
        ("applied", "applied_on_second_try")
    ] * 5
    assert [outcomes[f"d{number}"] for number in range(115, 120)] == [
        ("failed", "IotHubQuotaExceeded")
    ] * 5
    assert world.running.hub.calls["POST /devices"] == 10
    assert world.running.hub.calls["POST /jobs/create"] == 1


def test_a_hub_that_is_really_full_is_not_asked_for_every_line(world: WorldOfOneHub):
    """A hundred refusals in a row are enough; the others say that they were not sent again."""
    world.running.hub.registry.limit = 0
    import_id = world.drop("factory-a/x", devices(150, importMode="create"))
    world.finish(import_id)
    assert set(world.report(import_id).values()) == {("failed", "IotHubQuotaExceeded")}
    lines = b"".join(world.work.read(f"reports/{import_id}/report.ndjson")).splitlines()
    unsent = ["it refused 100 lines in a row" in json.loads(line)["message"] for line in lines]
    assert unsent == [False] * 100 + [True] * 50


def documented_times() -> list[tuple[Tier, int, int, int]]:
    """Read tier, units, devices and seconds out of the table in the documentation."""
    rows = re.findall(r"^\| (\w\w) \| (\d+) \| ([\d,]+) \| (\d+) s \|", DOCUMENTED, re.MULTILINE)
    return [
        (Tier(tier), int(units), int(devices.replace(",", "")), int(seconds))
        for tier, units, devices, seconds in rows
    ]


@pytest.mark.parametrize(("tier", "units", "count", "seconds"), documented_times())
def test_calls_take_as_long_as_the_documentation_says(
    storage: BlobServiceClient, fresh: str, tier: Tier, units: int, count: int, seconds: int
):
    """By the emulator's clock, with a poll every 15 seconds."""
    with standing_hub(tier, units) as running:
        rate = (5000 if tier.size == 3 else 100) * units
        calls = BulkCalls(running, storage, fresh, rate)
        ref = calls.accept(*(a_line(f"d{number}") for number in range(count)))
        assert calls.finish(ref) == seconds
        assert len(running.hub.registry) == count


def test_the_documentation_has_times_to_check():
    """The table is there, on both sides of the crossover."""
    times = {count: seconds for tier, units, count, seconds in documented_times() if units == 1}
    assert times[100] == 0
    assert times[101] == 60


def test_until_lines_are_counted_it_is_the_way_of_the_job():
    """A target with several ways is a target like any other."""
    world = World()
    job, other = world.hub, FakeHub(world.work, slot="bulk:hub-a")
    ways = IotHubWays(job, other, other, 100)
    assert (ways.slot, ways.strict, ways.takes) == (job.slot, job.strict, job.takes)
    assert [ways.way_for(lines) for lines in (1, 100, 101)] == [BULK, BULK, JOB]
    assert IotHubWays(job, other, other, 0).way_for(1) == JOB
