"""Import and export jobs of the current contract, and what both planes have in common."""

import re
from email.utils import parsedate_to_datetime

import pytest

from tests.emulators.arm.bodies import an_export, an_import
from tests.emulators.arm.client import ArmClient
from tests.emulators.iot_hub.client import HubClient
from tests.emulators.iot_hub.lines import a_line


RFC_1123 = r"(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT"


def test_a_job_is_answered_at_once(call, running, exchange):
    """200 with the job; it has every field of the Swagger, and no progress."""
    exchange.put(a_line())
    created = call("POST", "/importDevices", an_import(exchange))
    assert created.status_code == 200
    assert "location" not in created.headers
    job = created.json()
    assert re.fullmatch(RFC_1123, job["startTimeUtc"])
    assert job == {
        "jobId": job["jobId"],
        "startTimeUtc": job["startTimeUtc"],
        "endTimeUtc": None,
        "type": "import",
        "status": "enqueued",
        "failureReason": None,
        "statusMessage": None,
        "parentJobId": None,
    }
    running.hubs["east"].hub.jobs.settle()
    done = call("GET", f"/jobs/{job['jobId']}").json()
    assert done == job | {"status": "completed", "endTimeUtc": done["endTimeUtc"]}
    assert parsedate_to_datetime(done["endTimeUtc"]) >= parsedate_to_datetime(job["startTimeUtc"])
    assert call("GET", "/jobs").json() == {"value": [done]}


def test_a_log_without_a_name_is_where_the_hub_always_puts_it(call, running, exchange):
    """An empty name is no name."""
    exchange.put(a_line())
    for body in (an_import(exchange), an_import(exchange, outputBlobName="")):
        assert call("POST", "/importDevices", body).ok
        running.hubs["east"].hub.jobs.settle()
        assert [blob.name for blob in exchange.output.list_blobs()] == ["importErrors.log"]
        exchange.output.delete_blob("importErrors.log")


def test_an_older_log_of_that_name_goes_first(held, exchange):
    """As the hub does it with its own."""
    running, may_go = held
    exchange.put(a_line())
    exchange.output.upload_blob("run.log", b"of an earlier job")
    with ArmClient(running) as call:
        assert call("POST", "/importDevices", an_import(exchange, outputBlobName="run.log")).ok
        may_go.set()
        running.hubs["east"].hub.jobs.settle()
    assert exchange.written("run.log") == b""


def test_both_planes_show_the_same_jobs(call, running, exchange):
    """Whichever of them made a job."""
    with HubClient(running.hubs["east"]) as hub:
        here = call("POST", "/exportDevices", an_export(exchange)).json()["jobId"]
        running.hubs["east"].hub.jobs.settle()
        there = hub("POST", "/jobs/create", exchange.an_export()).json()["jobId"]
        running.hubs["east"].hub.jobs.settle()
        assert [job["jobId"] for job in hub("GET", "/jobs").json()] == [here, there]
        assert [job["jobId"] for job in call("GET", "/jobs").json()["value"]] == [here, there]
    assert call("GET", "/jobs", hub="West").json() == {"value": []}


def test_both_planes_share_the_slot(held, exchange):
    """A job of either keeps the other from creating one, until it is over."""
    running, may_go = held
    east = running.hubs["east"]
    with ArmClient(running) as call, HubClient(east) as hub:
        assert hub("POST", "/jobs/create", exchange.an_export()).ok
        refused = call("POST", "/exportDevices", an_export(exchange))
        assert (refused.status_code, refused.json()["code"]) == (403, 403003)
        may_go.set()
        east.hub.jobs.settle()
        may_go.clear()
        assert call("POST", "/exportDevices", an_export(exchange)).ok
        refused = hub("POST", "/jobs/create", exchange.an_export())
        assert refused.headers["iothub-errorcode"] == "JobQuotaExceeded"


def test_a_job_cannot_be_cancelled_here(held, exchange):
    """There is no such operation; the hub's own API has it."""
    running, _ = held
    with ArmClient(running) as call, HubClient(running.hubs["east"]) as hub:
        job = call("POST", "/exportDevices", an_export(exchange)).json()["jobId"]
        assert call("DELETE", f"/jobs/{job}").status_code == 405
        assert hub("DELETE", f"/jobs/{job}").ok
        assert call("GET", f"/jobs/{job}").json()["status"] == "cancelled"


@pytest.mark.parametrize("missing", ["inputBlobContainerUri", "outputBlobContainerUri"])
def test_an_import_needs_both_containers(call, exchange, missing):
    """400 that names what is missing."""
    refused = call("POST", "/importDevices", an_import(exchange, **{missing: None}))
    assert refused.status_code == 400
    assert f"The parameter {missing} is required." in refused.json()["message"]


@pytest.mark.parametrize("missing", ["exportBlobContainerUri", "excludeKeys"])
def test_an_export_needs_a_container_and_a_decision_about_keys(call, exchange, missing):
    """Unlike at the hub's own API, keys are never exported by default."""
    refused = call("POST", "/exportDevices", an_export(exchange, **{missing: None}))
    assert refused.status_code == 400
    assert f"The parameter {missing} is required." in refused.json()["message"]


def test_the_old_name_of_an_output_is_not_known_any_more(call, exchange):
    """It was the page of 2016-02-03 that had it."""
    body = an_import(exchange)
    body["exportBlobContainerUri"] = body.pop("outputBlobContainerUri")
    assert call("POST", "/importDevices", body).status_code == 400


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ([], 400004),
        (None, 400012),
        ({"exportBlobContainerUri": {}, "excludeKeys": True}, 400012),
        ({"exportBlobContainerUri": "x", "excludeKeys": "perhaps"}, 400012),
    ],
)
def test_a_body_that_makes_no_sense_is_refused(call, body, number):
    """In the provider's words."""
    refused = call("POST", "/exportDevices", body)
    assert (refused.status_code, refused.json()["code"]) == (400, number)
    assert refused.json()["httpStatusCode"] == "BadRequest"


def test_names_match_in_any_case(call, exchange):
    """Json.NET reads names so; unknown ones are passed over."""
    body = {name.upper(): value for name, value in an_export(exchange, colour="red").items()}
    assert call("POST", "/exportDevices", body).status_code == 200


def test_a_refusal_can_be_found_again(call, exchange):
    """By an identifier, a time and the number of the error, as users have quoted them."""
    body = an_export(exchange, exportBlobContainerUri="nonsense")
    refused = call("POST", "/exportDevices", body)
    assert refused.headers["x-ms-failure-cause"] == "service"
    assert re.fullmatch(
        r"Unable to access blob\. If you contact a support representative please include this "
        r"correlation identifier: [0-9a-f-]{36}, timestamp: \d{4}-\d\d-\d\d \d\d:\d\d:\d\dZ, "
        r"errorcode: IH400007\.",
        refused.json()["message"],
    )


def test_no_signature_gets_into_an_answer_or_a_log(call, running, exchange, caplog):
    """Neither a container's nor the token of the caller."""
    caplog.set_level("INFO", "emulators")
    exchange.put(a_line())
    created = call("POST", "/importDevices", an_import(exchange))
    running.hubs["east"].hub.jobs.settle()
    refused = call("POST", "/importDevices", an_import(exchange, inputBlobName="none"))
    token = call.authorization.removeprefix("Bearer ")
    shown = caplog.text + created.text + refused.text + call("GET", "/jobs").text
    assert "import job" in shown
    assert "sig=" not in shown
    assert token not in shown
