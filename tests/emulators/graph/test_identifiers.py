"""What is true of every identifier."""

from hypothesis import given
from hypothesis import strategies as st

from emulators.graph.identifiers import as_sent, normalized, recognised
from emulators.graph.identity import IdentityType


TEXTS = st.text(st.characters(codec="utf-8"), max_size=12)
THREE_PARTS = st.lists(TEXTS, min_size=3, max_size=3).map(",".join)
KINDS = st.sampled_from(IdentityType)


@given(kind=KINDS, identifier=st.one_of(TEXTS, THREE_PARTS))
def test_intune_knows_its_own_spelling_again(kind, identifier):
    """What it shows can be imported and searched for, and is the same device."""
    device = recognised(kind, identifier, normalized)
    if device is not None:
        assert recognised(*device, normalized) == device


@given(kind=KINDS, identifier=st.one_of(TEXTS, THREE_PARTS))
def test_the_spelling_does_not_decide_what_is_taken(kind, identifier):
    """A tenant that keeps identifiers as they came takes no more and no fewer."""
    known, kept = (recognised(kind, identifier, spelling) for spelling in (normalized, as_sent))
    assert (known is None) == (kept is None)
    if kept is not None:
        assert kept == (kind, identifier)


@given(identifier=THREE_PARTS)
def test_a_device_of_three_parts_has_three_that_are_not_empty(identifier):
    """Otherwise devices that have nothing in common would be one."""
    device = recognised(IdentityType.MANUFACTURER_MODEL_SERIAL, identifier, normalized)
    if device is not None:
        parts = device.identifier.split(",")
        assert len(parts) == 3
        assert all(part and part == part.upper() for part in parts)


@given(kind=KINDS)
def test_nothing_is_no_identifier(kind):
    """Of any type."""
    assert recognised(kind, None, normalized) is None
    assert recognised(kind, "", normalized) is None
    assert recognised(kind, "A\n", normalized) is None
