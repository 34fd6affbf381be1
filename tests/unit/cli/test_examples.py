import json

from hypothesis import given
from hypothesis import strategies as st

from cli.examples import EXAMPLES, Examples
from shared.domain.finding import Finding, Violation
from shared.domain.parts import json_line
from shared.domain.rules import Code


def a_violation(line: int, found: str = "") -> Violation:
    return Violation(line, "d1", Finding("id", Code.INVALID_ID, {"found": found, "length": 1}))


def test_the_first_findings_of_a_code_are_kept():
    """Three are enough to see what is meant."""
    examples = Examples()
    for line in range(1, 10):
        examples.pick([json_line(a_violation(line).as_json())])
    assert [one["line"] for one in examples.of(Code.INVALID_ID)] == [1, 2, 3]
    assert examples.of(Code.INVALID_KEY) == []
    assert EXAMPLES == 3


@given(st.text(max_size=40) | st.just('","code":"x'))
def test_what_was_found_cannot_pretend_to_be_a_code(found: str):
    """The code is read from the line of JSON as it is written."""
    line = json_line(a_violation(1, found).as_json())
    examples = Examples()
    examples.pick([line, line])
    assert examples.of(Code.INVALID_ID) == [json.loads(line)] * 2
