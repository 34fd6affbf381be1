"""What the broker reads from a message, and what it makes of it."""

import math
from contextlib import suppress
from typing import Any
from uuid import UUID

import proton
import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.service_bus.state.brokered import BrokeredMessage, Lock, State
from emulators.service_bus.state.message import Message
from emulators.service_bus.state.refusals import MalformedMessage
from emulators.service_bus.state.sections import Code, encode
from tests.emulators.service_bus.builders import a_message, encoded


def delivered(message: Message, **known) -> Any:
    """The message as a client reads it, by Proton's decoder."""
    brokered = BrokeredMessage(message=message, sequence_number=7, enqueued_at=1.5, **known)
    read = proton.Message()
    read.decode(brokered.encode())
    return read


def test_ids_are_compared_as_text():
    """AMQP allows strings, numbers, UUIDs and binaries as ids."""
    ids = {"text": "text", 7: "7", UUID(int=1): str(UUID(int=1)), b"\x01\xff": "01ff"}
    for value, text in ids.items():
        message_id = proton.ulong(value) if isinstance(value, int) else value
        assert a_message(id=message_id).message_id == text
    assert a_message().message_id is None


def test_absent_fields_have_their_defaults():
    """A message needs no more than a body."""
    message = Message.parse(encode(Code.DATA, b"x"))
    assert (message.message_id, message.session_id) == (None, None)
    assert (message.time_to_live, message.scheduled_at) == (math.inf, 0)
    assert (message.durable, message.priority) == (False, 4)


def test_a_delivery_carries_what_the_broker_knows():
    """Header and annotations are the broker's, the rest is the sender's."""
    message = a_message("body", id="1", ttl=90, durable=True, properties={"a": 1})
    lock = Lock(UUID(int=1), 2.5)
    known = {"time_to_live": 60.0, "delivery_count": 3, "lock": lock, "dead_letter_source": "q"}
    read = delivered(message, state=State.DEFERRED, **known)
    assert (read.id, read.body, read.properties) == ("1", "body", {"a": 1})
    assert (read.ttl, read.delivery_count, read.durable) == (60, 3, True)
    assert read.annotations == {
        "x-opt-enqueued-time": 1500,
        "x-opt-sequence-number": 7,
        "x-opt-message-state": 1,
        "x-opt-locked-until": 2500,
        "x-opt-deadletter-source": "q",
    }


def test_a_time_to_live_beyond_the_header_is_left_out():
    """The field has 32 bits for milliseconds: 49 days."""
    assert delivered(a_message(), time_to_live=50 * 86400.0).ttl == 0


def test_application_properties_can_be_added_without_touching_the_others():
    """A dead letter keeps the sender's properties, types included."""
    message = a_message(properties={"small": proton.ubyte(1)})
    read = delivered(message.with_application_properties({"DeadLetterReason": "why"}))
    assert read.properties == {"small": 1, "DeadLetterReason": "why"}
    assert isinstance(read.properties["small"], proton.ubyte)


@pytest.mark.parametrize(
    "raw",
    [
        b"no message",
        encode(Code.HEADER, {"a": "map"}),
        encode(Code.PROPERTIES, "text"),
        encode(Code.APPLICATION_PROPERTIES, ["a", "list"]),
        encode(Code.HEADER, [True, "high"]),
        encode(Code.HEADER, [True, 4, "soon"]),
        encode(Code.HEADER, [True, 256]),
        encode(Code.HEADER, [True, 4, -1]),
        encode(Code.MESSAGE_ANNOTATIONS, {"x-opt-scheduled-enqueue-time": 2**62}),
        encode(Code.MESSAGE_ANNOTATIONS, {"x-opt-scheduled-enqueue-time": "soon"}),
    ],
)
def test_fields_of_the_wrong_type_are_refused(raw):
    """What passes the parser can be delivered."""
    with pytest.raises(MalformedMessage):
        Message.parse(raw)


@given(st.lists(st.tuples(st.sampled_from(Code), st.binary(max_size=20)), max_size=4))
def test_rubbish_in_sections_is_refused_and_nothing_else(sections):
    """No section raises anything but MalformedMessage, at the parser or at delivery."""
    raw = b"".join(b"\x00\x53" + bytes([code]) + value for code, value in sections)
    with suppress(MalformedMessage):
        BrokeredMessage(message=Message.parse(raw), sequence_number=1, enqueued_at=0).encode()


def test_a_round_trip_through_the_broker_changes_nothing_else():
    """Sections that the broker does not write are passed on byte for byte."""
    raw = encoded("body", id="1", subject="s", properties={"a": 1})
    again = Message.parse(raw)
    brokered = BrokeredMessage(message=again, sequence_number=1, enqueued_at=0)
    assert brokered.encode().endswith(
        again.encoded_properties + again.encoded_application_properties + again.encoded_body
    )
    assert again.encoded_body == encode(Code.VALUE, "body")
