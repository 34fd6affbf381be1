from hypothesis import given
from hypothesis import strategies as st

from shared.domain.capacity import Usage, why_too_many


numbers = st.integers(0, 2000)


@given(numbers, numbers, numbers)
def test_a_file_is_refused_just_when_there_would_be_too_many(count, creates, deletes):
    """The limit holds for what is there, and what comes and goes."""
    why = why_too_many(Usage(count, 1000), {"create": creates, "delete": deletes})
    fits = count + creates - deletes <= 1000 and creates <= 1000
    assert (why is None) is fits


@given(numbers)
def test_devices_that_may_be_there_already_count_only_for_themselves(count):
    """They need no room if they exist; but all of them must have some in the end."""
    usage = Usage(count, 1000)
    assert why_too_many(usage, {"create_or_replace": 1000}) is None or count > 1000
    assert why_too_many(usage, {"create_or_replace": 1001})


def test_the_sentence_names_the_numbers():
    """So that people can tell how much to take out, or which hub to buy."""
    why = why_too_many(Usage(999_000, 1_000_000), {"create": 2000, "delete": 10})
    assert why == (
        "the hub has 999,000 of at most 1,000,000 devices; with 2,000 to create and 10 to delete "
        "there would be 1,000,990"
    )
