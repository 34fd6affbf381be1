"""The codec of AMQP sections, against Proton's encoder and against rubbish."""

from contextlib import suppress

import proton
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from emulators.service_bus.state.refusals import MalformedMessage
from emulators.service_bus.state.sections import Code, decode, encode, split, unbatch
from tests.emulators.service_bus.builders import encoded


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
numbers = st.integers(-(2**63), 2**63 - 1)
scalars = st.one_of(
    st.none(), st.booleans(), numbers, st.floats(allow_nan=False), texts, st.uuids(), st.binary()
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(texts, inner, max_size=4),
    max_leaves=8,
)
messages = st.builds(
    encoded,
    values | st.binary(max_size=300),
    properties=st.dictionaries(texts, scalars, max_size=4),
    id=texts,
)


@given(messages)
def test_a_message_is_the_sum_of_its_sections(raw):
    """Nothing is lost or moved; sections come in the order of their codes."""
    sections = list(split(raw))
    assert b"".join(section.raw for section in sections) == raw
    codes = [section.code for section in sections]
    assert codes == sorted(codes)


@given(values)
def test_what_is_encoded_can_be_decoded(value):
    """A section's value comes back as it was."""
    (section,) = split(encode(Code.VALUE, value))
    assert section.code is Code.VALUE
    assert decode(section.value) == value


@given(messages, st.data())
def test_a_cut_message_is_refused(raw, data):
    """Wherever it is cut: the rest is whole sections or no message."""
    cut = raw[: data.draw(st.integers(0, len(raw) - 1))]
    whole = b""
    with suppress(MalformedMessage):
        for section in split(cut):
            whole += section.raw
    assert raw.startswith(whole)
    if whole != cut:
        with pytest.raises(MalformedMessage):
            list(split(cut))


@example(encode(Code.DATA, "no binary"))
@example(b"\x00\x53\x79\x40")
@given(st.binary(max_size=200))
def test_rubbish_is_refused_and_nothing_else(raw):
    """No bytes raise anything but MalformedMessage, or take long."""
    for read in (lambda: list(split(raw)), lambda: decode(raw), lambda: unbatch(raw)):
        with suppress(MalformedMessage):
            read()


def test_deep_nesting_is_refused():
    """A million descriptors, or a thousand lists in lists, exhaust nothing."""
    with pytest.raises(MalformedMessage):
        list(split(b"\x00\x53\x77" + b"\x00" * 1_000_000))
    nested = b"\x40"
    for _ in range(1000):
        nested = b"\xd0" + (len(nested) + 4).to_bytes(4) + (1).to_bytes(4) + nested
    with pytest.raises(MalformedMessage):
        decode(nested)


@given(st.lists(messages, min_size=1, max_size=5))
def test_a_batch_is_told_by_its_shape(parts):
    """One Data section per message; the envelope's own properties do not matter."""
    envelope = encoded(None, id="first")
    head = b"".join(section.raw for section in split(envelope) if section.code < Code.DATA)
    assert unbatch(head + b"".join(encode(Code.DATA, part) for part in parts)) == parts


@pytest.mark.parametrize("body", [b"", b"plain", b"\x00\x53", "text", None, 5])
def test_a_single_message_is_no_batch(body):
    """Whatever the body is, unless it is itself an encoded message."""
    raw = encoded(body)
    assert unbatch(raw) == [raw]


def test_types_survive():
    """A ubyte does not become an int: what the broker re-encodes keeps its AMQP type."""
    value = {
        "small": proton.ubyte(1),
        "when": proton.timestamp(5),
        "named": proton.Described(proton.symbol("kind"), b"x"),
        "many": proton.Array(None, proton.Data.INT, 1, 2),
    }
    (section,) = split(encode(Code.APPLICATION_PROPERTIES, value))
    assert encode(section.code, decode(section.value)) == section.raw
