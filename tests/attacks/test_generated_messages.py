"""Thousands of messages that nobody meant to send, on all queues of the app."""

from itertools import chain

import pytest

from shared.domain.lifecycle import State
from tests.attacks.trying_messages import LIFE, try_messages
from tests.fakes.world import World


MESSAGES = 3000


@pytest.fixture(scope="module")
def worlds() -> list[World]:
    """Apps that got messages; no exception left a function but to ask for another try."""
    return [try_messages(1, first) for first in range(0, MESSAGES, LIFE)]


def test_each_message_is_told_of_or_forgotten(worlds: list[World]):
    """Whatever came of it can be told: all records are sent and put away by a poll."""
    for world in worlds:
        world.poll()
        left = {record.state for record in world.records.stored.values()}
        assert left <= {State.QUEUED, State.STARTING, State.RUNNING, State.RECEIVED}


def test_what_is_told_of_a_message_is_one_line(worlds: list[World]):
    """Nothing in it can start a new line where somebody reads it."""
    messages = chain.from_iterable(world.results.messages.values() for world in worlds)
    told = [
        text
        for message in messages
        for text in (message.data["file"]["name"], (message.data["reason"] or {}).get("text", ""))
    ]
    assert len(told) > MESSAGES
    assert all(len(text.splitlines()) <= 1 for text in told)
