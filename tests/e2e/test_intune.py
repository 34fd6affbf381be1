"""From a dropped file to the corporate identifiers in Intune, and the message on the queue."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.contract.intune_scene import IMPORT, SEARCH
from tests.e2e.journey import Journey
from tests.waiting import until


SAMPLES = Path(__file__).parents[2] / "samples"


def outcomes(report: list[Any]) -> set[tuple[str, str]]:
    return {(line["outcome"], line["code"]) for line in report}


def calls(journey: Journey) -> tuple[int, int]:
    counts: Mapping[str, int] = journey.graph("GET", "/_emulator/calls")
    return counts.get(IMPORT, 0), counts.get(SEARCH, 0)


def test_serial_numbers_become_corporate_identifiers_and_one_message(journey: Journey):
    """Intune holds exactly what the file says; every line is verified, none taken on trust."""
    rows = (SAMPLES / "intune-serials.csv").read_text().splitlines()
    before = calls(journey)
    name = journey.drop(
        (SAMPLES / "intune-serials.csv").read_bytes(), name="intune/intune-serials.csv"
    )
    result = journey.result(name)
    assert (result["status"], result["counts"]["applied"]) == ("completed", len(rows))
    assert journey.identities("SN") == dict(row.split(",") for row in rows)
    report = journey.report(result)
    assert [line["deviceId"] for line in report] == [row.split(",")[0] for row in rows]
    assert outcomes(report) == {("applied", "")}
    assert calls(journey) == (before[0] + 1, before[1] + 1)


def test_windows_identifiers_are_found_in_intunes_spelling(journey: Journey):
    """Manufacturer, model and serial number, with what Intune leaves out of them."""
    content = b"Contoso Ltd.,Model X-1,e2e 1\nContoso Ltd.,Model X-1,e2e 2\n"
    result = journey.result(journey.drop(content, name="intune/windows.csv"))
    assert result["counts"]["applied"] == 2
    assert set(journey.identities("CONTOSO")) == {
        "CONTOSOLTD,MODELX1,E2E1",
        "CONTOSOLTD,MODELX1,E2E2",
    }


def test_json_with_a_bad_line_is_told_line_by_line(journey: Journey):
    """Our rules keep back what breaks one; what is there already is noted, and left as it is."""
    first = b'{"importedDeviceIdentifier":"JSON1","importedDeviceIdentityType":"serialNumber"'
    journey.result(journey.drop(first + b',"description":"old"}\n', name="intune/first.json"))
    content = first + b',"description":"new"}\n{"importedDeviceIdentifier":"JSON2"}\n{"x":1}\n'
    result = journey.result(journey.drop(content, name="intune/second.json"))
    report = journey.report(result)
    assert [(line["outcome"], line["code"]) for line in report] == [
        ("applied", "AlreadyExists"),
        ("applied", ""),
        ("rejected", "unknown_field"),
    ]
    assert journey.identities("JSON") == {"JSON1": "old", "JSON2": None}


@pytest.mark.parametrize("action", ["hang", "reset", "html"])
def test_killed_between_the_call_and_its_answer(journey: Journey, action: str):
    """Intune has the identifiers: the next worker asks it, and sends nothing again."""
    before = calls(journey)
    fault = {"operation": IMPORT, "when": "after", "action": action}
    journey.graph("POST", "/_emulator/faults", fault)
    name = journey.drop(f"KILLED{action}\n".encode(), name=f"intune/killed-{action}.csv")
    until(lambda: calls(journey)[0] == before[0] + 1, "the call arrived")
    journey.stack.services["functions_host"].kill()
    journey.stack.start_functions_host()
    result = journey.result(name)
    assert (result["status"], result["counts"]["applied"]) == ("completed", 1)
    assert calls(journey)[0] == before[0] + 1
    assert outcomes(journey.report(result)) == {("applied", "")}


def test_nothing_of_a_run_is_left_behind(journey: Journey):
    """Neither its checkpoint nor what was told of its lines."""
    journey.result(journey.drop(b"LAST1\n", name="intune/last.csv"))
    until(lambda: not list(journey.records()), "every record is archived")
    state = journey.container("state")
    left = [
        name
        for folder in ("runs/", "outcomes/")
        for name in state.list_blob_names(name_starts_with=folder)
    ]
    assert left == []
