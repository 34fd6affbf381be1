"""Workers are killed before and after each of their calls to real services, and nothing is lost.

Each import is killed several times, and has to recover before it is killed again. The calls are
those that an import without kills makes, so a call that is added to the app is killed at too.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from itertools import zip_longest
from typing import NamedTuple

import pytest

from emulators.azurite import RunningAzurite
from emulators.service_bus.server import RunningBus
from shared.domain.lifecycle import State
from tests.builders import a_file, a_line
from tests.emulators.iot_hub.lines import create
from tests.kills.lane import Lane, lane, told
from tests.kills.workers import NEVER, Kill


QUEUED = frozenset({State.QUEUED})
STARTED = frozenset({State.RUNNING, None})
ENDED = frozenset({None})
#: The hub has it, and not as the file wants it: it refuses to make it again.
THERE = "is-there-already"
#: What stores the end of an import.
STORED = "document.replace active/"
#: How a hub is reached, and at least so many kills on that way.
WAYS = {"iot_hub": 120, "iot_hub_bulk": 120}
SIDE_BY_SIDE = 3


class Kills(NamedTuple):
    """When the workers of one import are killed."""

    validate: Kill
    start: Kill
    #: The poll that ends the import is killed up to storing that, and the next one behind it.
    end: Kill
    close: Kill


def moments(calls: int, past: str = "") -> Iterator[Kill]:
    """Yield every moment at which a worker that makes so many calls can be killed."""
    for call in range(calls):
        yield Kill(call, "before", past)
        yield Kill(call, "after", past)


def all_kills(lane: Lane) -> list[Kills]:
    """Bring an import to its end without kills; return kills at all the calls that it made."""
    prepare(lane)
    validated = lane.workers.run("validate", a_drop(lane))
    started = lane.workers.run("start", str(validated.value))
    lane.hub.jobs.settle()
    polled = lane.workers.run("poll").trace
    assert lane.left_over() == []
    stored = next(n for n, call in enumerate(polled) if call.startswith(STORED))
    columns = (
        moments(len(validated.trace)),
        moments(len(started.trace)),
        moments(stored),
        moments(len(polled) - stored - 1, STORED),
    )
    return [Kills(*row) for row in zip_longest(*columns, fillvalue=NEVER)]


def prepare(lane: Lane) -> None:
    """Have the hub as it is before each import."""
    lane.begin()
    create(lane.hub.registry, THERE)


def a_drop(lane: Lane) -> str:
    """Drop two lines that a hub takes once, one that it refuses, and one that it never sees."""
    names = {"first": "enabled", THERE: "disabled", "second": "enabled"}
    lines = (a_line(name, importMode="create", status=names[name]) for name in names)
    return lane.drop(a_file(*lines, b"rubbish"))


def survive(lane: Lane, kills: Kills) -> str:
    """Let the workers of an import be killed and look at what became of it; return its id.

    After each kill it recovers within three polls. At its end each line has had its outcome once,
    and nothing is left behind.
    """
    prepare(lane)
    jobs = len(lane.hub.jobs.all())
    import_id = lane.validate(a_drop(lane), kills.validate)
    lane.poll_until(QUEUED, import_id)
    lane.start(import_id, kills.start)
    lane.wait()
    lane.poll_until(STARTED, import_id)
    for kill in (kills.end, kills.close):
        if kill != NEVER:
            lane.poll(kill)
            lane.wait()
    lane.poll_until(ENDED, import_id)
    record = lane.archived(import_id)
    assert record.state is State.COMPLETED
    assert (record.counts.applied, record.counts.failed, record.counts.rejected) == (2, 1, 1)
    assert lane.devices() == {THERE, "first", "second"}
    assert lane.left_over() == []
    assert lane.hub.calls["POST /jobs/create"] == len(lane.hub.jobs.all()) - jobs <= 1
    return import_id


@pytest.mark.parametrize("way", WAYS)
def test_whenever_a_worker_is_killed_its_import_ends_once(
    accounts: RunningAzurite, bus: RunningBus, way: str
):
    """Nothing is lost, nothing is done twice, and each kill is got over within three polls."""
    with ExitStack() as opened, ThreadPoolExecutor(SIDE_BY_SIDE) as pool:
        lanes = [
            opened.enter_context(lane(accounts, bus, f"{way.replace('_', '')}{number}", way))
            for number in range(SIDE_BY_SIDE)
        ]
        kills = all_kills(lanes[0])
        assert sum(kill != NEVER for row in kills for kill in row) >= WAYS[way]
        told(bus)

        def survivors(number: int) -> list[str]:
            return [survive(lanes[number], row) for row in kills[number::SIDE_BY_SIDE]]

        ended = [one for many in pool.map(survivors, range(SIDE_BY_SIDE)) for one in many]
        assert told(bus) == dict.fromkeys(ended, 1)
