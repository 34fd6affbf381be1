"""Parallelism, retries and giving up, with a queue in memory."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from azure.core.exceptions import AzureError
from azure.storage.queue import QueueMessage

from emulators.functions_host.queue_listener import Hopeless, Limits, QueueListener


LIMITS = Limits(
    batch_size=4,
    new_batch_threshold=2,
    max_dequeue_count=3,
    visibility_timeout=timedelta(seconds=30),
    max_polling_interval=timedelta(seconds=0.1),
    hidden=timedelta(minutes=10),
)
IN_A_HURRY = replace(LIMITS, hidden=timedelta(seconds=0.1))


class FakeQueue:
    """Hands out its messages, writes down what is done with them, and stops when it is empty."""

    def __init__(self, *messages, name="work", failures=()):
        self.name = name
        self.sent = asyncio.Event()
        self.stop = asyncio.Event()
        self.done = []
        self._waiting = list(messages)
        self._failures = list(failures)

    async def receive(self, count, _hidden):
        self._fail("receive")
        batch, self._waiting = self._waiting[:count], self._waiting[count:]
        if not batch:
            self.stop.set()
        return batch

    async def hide(self, message, hidden):
        self._fail("hide")
        self.done.append(f"hide {message.id} for {hidden.total_seconds():g} s")

    async def delete(self, message):
        self.done.append(f"delete {message.id}")

    async def send(self, text, time_to_live=None):
        self.done.append(f"send {text}, time to live {time_to_live}")

    def _fail(self, call):
        if call in self._failures:
            self._failures.remove(call)
            raise AzureError(call)


class FakeHandler:
    """Takes some time for a message and then answers as told; keeps count."""

    def __init__(self, answer, poison=None, seconds=0.0):
        self.answer = answer
        self.poison = poison
        self.seconds = seconds
        self.handled = []
        self.at_a_time = set()
        self.most_at_a_time = 0

    async def handle(self, message):
        self.at_a_time.add(message.id)
        self.most_at_a_time = max(self.most_at_a_time, len(self.at_a_time))
        await asyncio.sleep(self.seconds * len(self.at_a_time))
        self.at_a_time.remove(message.id)
        self.handled.append(message.id)
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def poison_queue(self, _message):
        return self.poison


def a_message(name="m", tries=1):
    message = QueueMessage(content=f"body of {name}")
    message.id, message.dequeue_count = name, tries
    return message


def listen(queue, handler, limits=LIMITS):
    """Run a listener until its queue is empty."""
    asyncio.run(asyncio.wait_for(QueueListener(queue, handler, limits).run(queue.stop), 20))


@pytest.mark.parametrize(
    ("answer", "tries", "done", "poisoned"),
    [
        (True, 1, ["delete m"], False),
        (True, 3, ["delete m"], False),
        (False, 1, ["hide m for 30 s"], False),
        (False, 2, ["hide m for 30 s"], False),
        (False, 3, ["delete m"], True),
        (True, 4, ["delete m"], True),
        (Hopeless("no"), 1, ["delete m"], True),
        (AzureError("storage is down"), 1, [], False),
    ],
)
def test_what_becomes_of_a_message(answer, tries, done, poisoned):
    """Done, tried again later, given up, or left until it is no longer hidden."""
    queue, poison = FakeQueue(a_message(tries=tries)), FakeQueue(name="work-poison")
    listen(queue, FakeHandler(answer, poison))
    assert queue.done == done
    assert poison.done == (["send body of m, time to live -1"] if poisoned else [])


def test_a_message_with_too_many_tries_is_not_handled_again():
    """A function that kills its host every time is not called for ever."""
    handler = FakeHandler(answer=True, poison=FakeQueue())
    listen(FakeQueue(a_message(tries=4)), handler)
    assert handler.handled == []


@pytest.mark.parametrize("answer", [False, Hopeless("no")])
@pytest.mark.parametrize("tries", [1, 3, 4])
def test_without_a_poison_queue_a_failed_message_stays_hidden(answer, tries):
    """Given back at once it would fail again and again without pause."""
    queue = FakeQueue(a_message(tries=tries))
    listen(queue, FakeHandler(answer))
    assert queue.done == []


def test_messages_are_handled_side_by_side_up_to_the_limits():
    """A batch, and another one as soon as no more than the threshold are left."""
    names = [f"m{number}" for number in range(20)]
    handler = FakeHandler(answer=True, seconds=0.002)
    listen(FakeQueue(*map(a_message, names)), handler)
    assert sorted(handler.handled) == sorted(names)
    most = LIMITS.batch_size + LIMITS.new_batch_threshold
    assert LIMITS.batch_size <= handler.most_at_a_time <= most


def test_a_message_is_kept_hidden_as_long_as_it_is_handled():
    """It is hidden anew at half time, and deleted when it is done with."""
    queue = FakeQueue(a_message("slow"))
    listen(queue, FakeHandler(answer=True, seconds=0.3), IN_A_HURRY)
    renewals = [step for step in queue.done if step == "hide slow for 0.1 s"]
    assert len(renewals) >= 2
    assert queue.done[-1] == "delete slow"


def test_a_renewal_that_fails_is_tried_again():
    """And does not keep the function from ending well."""
    queue = FakeQueue(a_message("slow"), failures=["hide"])
    listen(queue, FakeHandler(answer=True, seconds=0.3), IN_A_HURRY)
    assert "hide slow for 0.1 s" in queue.done
    assert queue.done[-1] == "delete slow"


def test_a_queue_that_cannot_be_read_is_read_again():
    """Storage may restart; the host stays."""
    queue = FakeQueue(a_message(), failures=["receive", "receive"])
    listen(queue, FakeHandler(answer=True))
    assert queue.done == ["delete m"]


def test_what_is_being_handled_may_end_after_the_stop():
    """The queue stops the listener while the message is still in hand."""
    queue = FakeQueue(a_message("slow"))
    listen(queue, FakeHandler(answer=True, seconds=0.1))
    assert queue.done == ["delete slow"]
