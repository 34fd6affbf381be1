import json

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.report import APPLIED, Outcome, SetAside, Verdict, report_lines, set_aside
from tests.builders import a_line


@given(st.lists(st.sampled_from(Outcome)))
def test_every_line_is_told_once_in_order(fates: list[Outcome]):
    """Lines kept back and lines sent come together to the file that was dropped."""
    numbered = list(enumerate(fates, start=1))
    sent = {Outcome.APPLIED, Outcome.FAILED}
    accepted = [a_line(f"d{number}") for number, fate in numbered if fate in sent]
    kept = [SetAside(n, f"d{n}", Verdict(fate)) for n, fate in numbered if fate not in sent]
    failed = {f"d{number}" for number, fate in numbered if fate is Outcome.FAILED}
    told = list(
        report_lines(
            accepted, kept, lambda d, _: Verdict(Outcome.FAILED) if d in failed else APPLIED
        )
    )
    assert [(line.line, line.device_id, line.verdict.outcome) for line in told] == [
        (number, f"d{number}", fate) for number, fate in numbered
    ]


def test_all_that_was_said_of_a_line_is_one_report_line():
    """The first code stands for the line, the message names every field."""
    said = [
        {"line": 3, "deviceId": "d", "field": "id", "code": "invalid_id", "message": "is odd"},
        {"line": 3, "deviceId": "d", "field": "", "code": "x", "message": "is odd as well"},
        {"line": 4, "deviceId": None, "field": "", "code": "not_json", "message": "is no JSON"},
    ]
    told = list(set_aside((json.dumps(one).encode() for one in said), Outcome.REJECTED))
    assert [(one.line, one.verdict.code, one.verdict.message) for one in told] == [
        (3, "invalid_id", "id is odd; is odd as well"),
        (4, "not_json", "is no JSON"),
    ]
