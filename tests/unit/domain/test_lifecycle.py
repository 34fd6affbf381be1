from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import IllegalStep
from shared.domain.import_record import HISTORY_STEPS
from shared.domain.lifecycle import FINAL, HOLDS_SLOT, STEPS, State
from tests.builders import a_record
from tests.fakes.clock import NEW_YEAR


states = st.sampled_from(State)


@given(states, states)
def test_an_import_moves_only_along_the_table(here: State, there: State):
    """`advance` allows what STEPS allows and nothing else."""
    record = a_record(state=here)
    if there in STEPS.get(here, ()):
        assert record.advance(there, NEW_YEAR).state is there
    else:
        with pytest.raises(IllegalStep, match=f"{here} -> {there}"):
            record.advance(there, NEW_YEAR)


@given(st.lists(states, max_size=200))
def test_a_final_state_is_never_left(wishes: list[State]):
    """Whatever is asked of it, in whatever order: final means final, and revisions grow by one."""
    record = a_record()
    for hours, wish in enumerate(wishes):
        before = record
        try:
            record = record.advance(wish, NEW_YEAR + timedelta(hours=hours))
        except IllegalStep:
            assert record is before
            continue
        assert not before.is_final
        assert record.rev == before.rev + 1
        assert record.history[-1].state is wish
    assert len(record.history) <= HISTORY_STEPS


def test_every_state_leads_to_an_end():
    """From anywhere in the table a final state can be reached; no import is stuck by design."""
    reached = set(FINAL)
    while grown := {s for s in STEPS if s not in reached and STEPS[s] & reached}:
        reached |= grown
    assert reached == set(State)


def test_no_final_state_holds_a_slot():
    """An import that has ended cannot keep others waiting."""
    assert not FINAL & HOLDS_SLOT
