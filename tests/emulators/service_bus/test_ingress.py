"""The way into an entity: duplicates, the schedule, and what is refused."""

import itertools

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emulators.service_bus.state.duplicates import DuplicateHistory
from emulators.service_bus.state.ingress import DROPPED, Ingress
from emulators.service_bus.state.refusals import MessageNotFound, NotAllowed
from tests.emulators.service_bus.builders import FakeClock, a_message


WINDOW = 60


class Door:
    """An ingress with what it lets through."""

    def __init__(self, **options):
        self.clock = FakeClock()
        self.through: list[str | None] = []
        numbers = itertools.count(1)

        def enqueue(message):
            self.through.append(message.message_id)
            return next(numbers)

        history = DuplicateHistory(WINDOW, self.clock)
        self.ingress = Ingress(enqueue, numbers, history, self.clock, **options)

    def send(self, *ids, scheduled_in=0):
        due = self.clock() + scheduled_in
        return self.ingress.send([a_message(id=one, scheduled_at=due) for one in ids])


@example([("a", 0), ("a", WINDOW - 1), ("a", 1)])
@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 2 * WINDOW)), max_size=20))
def test_an_id_is_accepted_once_in_a_window(sends):
    """The window runs from the accepted message; dropped copies do not prolong it."""
    door, expected = Door(), []
    accepted_at: dict[str, float] = {}
    for message_id, pause in sends:
        door.clock.now += pause
        door.send(message_id)
        if door.clock() - accepted_at.get(message_id, -WINDOW) >= WINDOW:
            accepted_at[message_id] = door.clock()
            expected.append(message_id)
    assert door.through == expected
    tally = door.ingress.tally
    assert (tally.accepted, tally.duplicates) == (len(expected), len(sends) - len(expected))


def test_a_scheduled_message_gets_through_when_it_is_due():
    """Not a moment before; and in the order of the times, not of sending."""
    door = Door()
    door.send("late", scheduled_in=20)
    door.send("early", scheduled_in=10)
    door.send("now")
    door.clock.now += 9
    door.ingress.advance()
    assert door.through == ["now"]
    door.clock.now += 11
    door.ingress.advance()
    assert door.through == ["now", "early", "late"]
    assert list(door.ingress.browse()) == []


def test_a_time_that_has_passed_means_now():
    """A schedule in the past is no schedule."""
    door = Door()
    assert door.send("x", scheduled_in=-10) == [1]
    assert door.through == ["x"]


def test_cancelling_takes_all_or_none():
    """One message that is not scheduled any more, and nothing is cancelled."""
    door = Door()
    numbers = door.send("a", "b", scheduled_in=10)
    with pytest.raises(MessageNotFound):
        door.ingress.cancel([*numbers, 99])
    door.ingress.cancel(numbers)
    with pytest.raises(MessageNotFound):
        door.ingress.cancel(numbers)
    door.clock.now += 10
    door.ingress.advance()
    assert door.through == []
    assert door.ingress.tally.cancelled == 2


def test_a_dropped_message_has_no_number():
    """The sender of a duplicate gets a zero where a number would be."""
    door = Door()
    assert door.send("x", "x", scheduled_in=10) == [1, DROPPED]


def test_a_batch_without_sessions_is_refused_whole():
    """One message without a session, and none of the batch is stored."""
    door = Door(requires_session=True)
    with pytest.raises(NotAllowed, match="SessionId was not set"):
        door.ingress.send([a_message(group_id="A"), a_message()])
    assert door.through == []
