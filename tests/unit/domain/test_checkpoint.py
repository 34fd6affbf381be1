import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from shared.domain.bulk_result import QUOTA
from shared.domain.checkpoint import Checkpoint
from shared.domain.errors import IllegalStep
from shared.domain.import_errors import LineError
from shared.domain.import_record import Reason
from shared.domain.job import JobStatus
from tests.builders import a_line
from tests.fakes.clock import NEW_YEAR


LINES = [a_line(f"d{number}", tags={"n": "x" * number}) + b"\n" for number in range(20)]
TEXT = b"".join(LINES)


def full(device_id: str) -> LineError:
    return LineError(device_id, None, QUOTA, "full")


class Going(RuleBasedStateMachine):
    """Whatever calls come to, every line has exactly one last answer."""

    def __init__(self) -> None:
        super().__init__()
        self.here = Checkpoint(lines=len(LINES)).with_status(JobStatus.RUNNING)
        #: How often each line had its last answer.
        self.done = dict.fromkeys(LINES, 0)

    def sent(self) -> list[bytes]:
        assert self.here.intent
        start, size = self.here.intent.start, self.here.intent.size
        return TEXT[start : start + size].splitlines(keepends=True)

    @precondition(lambda self: not self.here.intent and not self.here.is_through)
    @rule(count=st.integers(1, 5))
    def intend(self, count: int) -> None:
        if self.here.singles:
            self.here = self.here.intends_single(NEW_YEAR)
        else:
            rest = TEXT[self.here.bytes_taken :].splitlines(keepends=True)
            self.here = self.here.intends(NEW_YEAR, rest[:count])

    @precondition(lambda self: self.here.intent)
    @rule()
    def be_throttled(self) -> None:
        self.here = self.here.withdrawn()

    @precondition(lambda self: self.here.intent)
    @rule(in_doubt=st.booleans())
    def go_singly(self, *, in_doubt: bool) -> None:
        self.here = self.here.one_by_one(self.sent(), in_doubt=in_doubt)
        assert self.here.singles[0].in_doubt is in_doubt

    @precondition(lambda self: self.here.intent)
    @rule(follows=st.booleans())
    def be_answered(self, *, follows: bool) -> None:
        sent = self.sent()
        follow = self.here.call_as_singles(sent)[:1] if follows else ()
        for line in sent[len(follow) :]:
            self.done[line] += 1
        self.here = self.here.answered((), follow)

    @precondition(lambda self: not self.here.intent and self.here.singles)
    @rule()
    def be_found(self) -> None:
        start, size = self.here.singles[0].place
        line = TEXT[start : start + size]
        self.done[line] += 1
        self.here = self.here.looked(LineError("d", None, "found", "", applied=True)).told()

    @precondition(lambda self: not self.here.intent and self.here.singles)
    @rule()
    def be_found_without_twin(self) -> None:
        self.here = self.here.only_twin()

    @precondition(lambda self: self.here.is_through)
    @rule()
    def begin_the_next_import(self) -> None:
        self.here = Checkpoint(lines=len(LINES)).with_status(JobStatus.RUNNING)
        self.done = dict.fromkeys(LINES, 0)

    @invariant()
    def it_can_be_stored(self) -> None:
        assert Checkpoint.model_validate_json(self.here.model_dump_json()) == self.here

    @invariant()
    def no_line_has_two_answers(self) -> None:
        assert max(self.done.values()) <= 1

    @invariant()
    def nothing_is_through_before_all_lines_are(self) -> None:
        assert self.here.is_through == all(self.done.values())


TestGoing = Going.TestCase


def test_what_was_not_intended_is_not_answered():
    """A bug of ours, if it happens."""
    here = Checkpoint(lines=1)
    with pytest.raises(IllegalStep):
        here.answered(())
    with pytest.raises(IllegalStep):
        here.one_by_one(LINES[:1], in_doubt=True)


def test_answers_that_get_lost_are_counted_line_by_line():
    """The chunk's own answer counts for each of its lines."""
    here = Checkpoint(lines=2).intends(NEW_YEAR, LINES[:2]).one_by_one(LINES[:2], in_doubt=True)
    assert [single.lost for single in here.singles] == [1, 1]
    here = here.intends_single(NEW_YEAR).one_by_one(LINES[:1], in_doubt=True)
    assert [single.lost for single in here.singles] == [2, 1]


def test_only_what_the_hub_refuses_without_a_gap_makes_it_full():
    """One line that is taken begins the count anew."""
    here = Checkpoint(lines=4)
    for said, count in (([full("a")], 1), ([full("b")], 2), ([], 0), ([full("c")], 1)):
        here = here.intends(NEW_YEAR, LINES[here.lines_taken :][:1]).answered(said).told()
        assert here.no_room == count


def test_a_hub_that_takes_no_more_fails_what_was_never_answered():
    """Before the first answer nothing was imported, so the job as a whole has failed."""
    why = Reason(code="IotHubSuspended", text="suspended")
    here = Checkpoint(lines=2).intends(NEW_YEAR, LINES[:1])
    assert here.stopped(why).status is JobStatus.FAILED
    assert here.answered(()).stopped(why).status is JobStatus.COMPLETED
