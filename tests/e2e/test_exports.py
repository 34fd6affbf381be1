"""Exports on request, configurations, and cancelling, from the queue to the one message."""

import json
from typing import Any

from cli.connections import Connections
from cli.requests import send_request
from tests.builders import a_file, a_line
from tests.contract.targets import configuration
from tests.e2e.journey import Journey
from tests.waiting import until


def ask(journey: Journey, queue: str, text: str) -> None:
    with Connections(journey.stack.settings) as connections:
        send_request(connections, queue, text)


def test_an_export_hands_out_what_the_hub_has(journey: Journey):
    """What is imported comes out, without keys unless they are asked for, with configurations."""
    journey.result(journey.drop(a_file(a_line("exported-1"), a_line("exported-2"))))
    journey.result(
        journey.drop(a_file(configuration("by-e2e")), name="factory-a/configurations.txt")
    )
    known = set(journey.results)
    ask(journey, "export-requests", '{"target": "factory-a", "configurations": true}')
    (name,) = until(lambda: journey.results.keys() - known, "a result of the export")
    result = journey.result(name)
    assert (result["status"], result["task"]) == ("completed", "export")
    reports = journey.container("reports")
    devices = reports.download_blob(f"{result['importId']}/devices.txt").readall()
    found = [json.loads(line) for line in devices.splitlines() if line.startswith(b"{")]
    assert {"exported-1", "exported-2"} <= {one["id"] for one in found}
    assert not any(one["authentication"]["symmetricKey"]["primaryKey"] for one in found)
    configurations = reports.download_blob(f"{result['importId']}/configurations.txt").readall()
    assert b"by-e2e" in configurations
    assert result["counts"]["applied"] == len(found)


def test_a_hub_is_reached_by_resource_manager_too(journey: Journey):
    """The devices are the hub's, whichever plane it was asked on."""
    name = journey.drop(a_file(a_line("by-arm-1")), target="factory-b-by-arm")
    result = journey.result(name)
    assert (result["status"], result["counts"]["applied"]) == ("completed", 1)
    assert journey.hub("factory-b").devices("by-arm-") == {"by-arm-1"}


def test_an_import_that_waits_can_be_cancelled(journey: Journey):
    """Its hub is busy for twenty seconds; nothing of it gets there."""
    throttled = {"operation": "POST /jobs/create", "action": {"status": 429}, "times": 2}
    journey.hub("factory-b")("POST", "/_emulator/faults", throttled)
    name = journey.drop(a_file(a_line("cancelled-1")), target="factory-b")
    record = until(lambda: waiting(journey, name), "the import waits")
    ask(journey, "cancel-requests", record["id"])
    result = journey.result(name)
    assert (result["status"], result["reason"]["code"]) == ("cancelled", "cancelled")
    assert not journey.hub("factory-b").devices("cancelled-")


def test_a_request_that_was_given_up_is_told(journey: Journey):
    """The host puts it aside after five failures; the result has its words, to be sent again."""
    request = '{"target": "factory-b", "keys": false}'
    ask(journey, "export-requests-poison", request)
    told = journey.result(request)
    assert (told["status"], told["reason"]["code"]) == ("rejected", "deadlettered")
    assert told["file"]["container"] == "export-requests-poison"


def waiting(journey: Journey, name: str) -> Any:
    """Return the record of an import that was put back."""
    records = (one for one in journey.records() if one["source"]["name"] == name)
    return next((one for one in records if one["state"] == "queued" and one["tries"]), None)
