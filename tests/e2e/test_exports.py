"""Exports on request, configurations, and cancelling, from the queue to the one message."""

import json

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


def test_a_running_import_can_be_cancelled(journey: Journey):
    """Its hub ends the job, and that is what the message says."""
    name = journey.drop(a_file(a_line("cancelled-1")))
    until(lambda: journey.state(name) == "running", "the job runs")
    (import_id,) = (one["id"] for one in journey.records() if one["source"]["name"] == name)
    ask(journey, "cancel-requests", import_id)
    result = journey.result(name)
    assert result["status"] in {"cancelled", "completed"}
    if result["status"] == "cancelled":
        assert result["reason"]["code"] == "job_cancelled"
