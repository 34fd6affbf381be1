import json
from array import array

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.report import APPLIED, Outcome, ReportLine, Verdict, in_order, kept_back, sent
from tests.builders import a_line


@given(st.lists(st.sampled_from(Outcome)), st.randoms())
def test_every_line_is_told_once_in_order(fates: list[Outcome], random):
    """Lines kept back and lines sent, in whatever sections, come together to the file."""
    numbered = list(enumerate(fates, start=1))
    went = [n for n, fate in numbered if fate in {Outcome.APPLIED, Outcome.FAILED}]
    failed = {f"d{number}" for number, fate in numbered if fate is Outcome.FAILED}

    def verdict(device_id: str, _: str | None, _line: bytes) -> Verdict:
        return Verdict(Outcome.FAILED) if device_id in failed else APPLIED

    first = {n for n in went if random.random() < 0.5}
    sections = (sorted(first), sorted(set(went) - first))
    parts = [
        sent([array("I", part).tobytes()], [a_line(f"d{n}") for n in part], verdict)
        for part in sections
    ]
    kept = [ReportLine(n, f"d{n}", None, Verdict(fate)) for n, fate in numbered if n not in went]
    told = list(in_order(*parts, kept))
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
    told = list(kept_back((json.dumps(one).encode() for one in said), Outcome.REJECTED))
    assert [(one.line, one.verdict.code, one.verdict.message) for one in told] == [
        (3, "invalid_id", "id is odd; is odd as well"),
        (4, "not_json", "is no JSON"),
    ]


def test_devices_modules_and_identifiers_are_named():
    """By what the target knows them by: a module beside its device, or a corporate identifier."""
    lines = [
        a_line("d1"),
        a_line("d1", moduleId="m"),
        b'{"importedDeviceIdentifier":"SN1","importedDeviceIdentityType":"serialNumber"}',
    ]
    told = sent([array("I", [3, 1, 2]).tobytes()], lines, lambda *_: APPLIED)
    assert [(line.line, line.device_id, line.module_id) for line in told] == [
        (3, "d1", None),
        (1, "d1", "m"),
        (2, "SN1", None),
    ]
