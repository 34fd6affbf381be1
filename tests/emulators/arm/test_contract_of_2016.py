"""The contract of the reference page of 2016-02-03, with plain requests."""

import pytest

from emulators.iot_hub.arm.jobs import OPERATION_STATUS
from emulators.iot_hub.arm.management import RETRY_AFTER
from emulators.iot_hub.job import FINAL, JobStatus
from tests.emulators.arm.bodies import an_export, an_import
from tests.emulators.arm.client import ArmClient
from tests.emulators.iot_hub.client import HubClient
from tests.emulators.iot_hub.lines import a_line


VERSION = "2016-02-03"


def in_pascal_case(body):
    return {name[0].upper() + name[1:]: value for name, value in body.items()}


@pytest.fixture
def slow(held):
    """A client of that version, its hub that holds its jobs, and the event that lets them go."""
    running, may_go = held
    with ArmClient(running, VERSION) as call:
        yield call, running.hubs["east"], may_go


def urls(accepted):
    """Return both URLs of an accepted call."""
    assert accepted.status_code == 202, accepted.text
    assert accepted.headers["Retry-After"] == str(RETRY_AFTER)
    return accepted.headers["Location"], accepted.headers["Azure-AsyncOperation"]


def test_an_import_is_accepted_and_asked_after(slow, exchange):
    """202 and InProgress while it runs; then 200 with the job, and Succeeded."""
    call, east, may_go = slow
    exchange.put(a_line())
    accepted = call("POST", "/importDevices", in_pascal_case(an_import(exchange)))
    location, status_url = urls(accepted)
    assert accepted.content == b""
    assert status_url == f"{location}&asyncinfo"
    assert "/IotHubs/east/operationResults/" in location
    assert location.endswith(f"?api-version={VERSION}")

    assert urls(call.url("GET", location)) == (location, status_url)
    asked = call.url("GET", status_url)
    assert (asked.status_code, asked.json()) == (200, {"status": "InProgress"})
    assert asked.headers["Retry-After"] == str(RETRY_AFTER)

    may_go.set()
    east.hub.jobs.settle()
    (job,) = call("GET", "/jobs").json()["value"]
    ended = call.url("GET", location)
    assert (ended.status_code, ended.json()) == (200, job)
    assert call.url("GET", status_url).json() == {"status": "Succeeded"}
    assert job["status"] == "completed"
    assert east.hub.registry.find("d1")


def test_an_export_is_accepted_as_well(call_2016, running, exchange):
    """Its blob has the name that it always had."""
    location, _ = urls(call_2016("POST", "/exportDevices", in_pascal_case(an_export(exchange))))
    running.hubs["east"].hub.jobs.settle()
    assert call_2016.url("GET", location).json()["type"] == "export"
    assert exchange.written("devices.txt") == b""


def test_a_job_that_is_cancelled_elsewhere(slow, exchange):
    """Canceled, with an l, and an error at the location: this plane cancels nothing itself."""
    call, east, _ = slow
    location, status_url = urls(call("POST", "/exportDevices", an_export(exchange)))
    (job,) = call("GET", "/jobs").json()["value"]
    assert call("DELETE", f"/jobs/{job['jobId']}").status_code == 405
    with HubClient(east) as hub:
        assert hub("DELETE", f"/jobs/{job['jobId']}").ok
    assert call.url("GET", status_url).json() == {
        "status": "Canceled",
        "error": {"code": "JobCancelled", "message": "The job was cancelled."},
    }
    ended = call.url("GET", location)
    assert (ended.status_code, ended.json()["Code"]) == (409, "JobCancelled")


def test_a_job_that_fails(slow, exchange):
    """Failed, with the job's own reason."""
    call, east, may_go = slow
    exchange.put(a_line())
    location, status_url = urls(call("POST", "/importDevices", an_import(exchange)))
    exchange.output.delete_container()
    may_go.set()
    east.hub.jobs.settle()
    told = call.url("GET", status_url).json()
    assert told["status"] == "Failed"
    assert told["error"]["code"] == "JobFailed"
    (job,) = call("GET", "/jobs").json()["value"]
    assert told["error"]["message"] == job["failureReason"] == job["statusMessage"]
    ended = call.url("GET", location)
    assert (ended.status_code, ended.json()["HttpStatusCode"]) == (409, "Conflict")


def test_every_status_of_a_job_is_one_of_an_operation():
    """Nothing but final ones ends the polling."""
    ends = {status for status in JobStatus if OPERATION_STATUS[status] != "InProgress"}
    assert ends == FINAL


@pytest.mark.parametrize("name", ["exportBlobContainerUri", "exportBlobContainerUri "])
def test_the_page_has_a_name_of_its_own_for_the_output(call_2016, running, exchange, name):
    """With a trailing blank in it; the Swagger's name is taken as well."""
    exchange.put(a_line())
    body = an_import(exchange)
    body[name] = body.pop("outputBlobContainerUri")
    urls(call_2016("POST", "/importDevices", body))
    running.hubs["east"].hub.jobs.settle()
    assert exchange.errors() == []


def test_names_that_came_later_are_not_known(call_2016, running, exchange):
    """An import reads devices.txt, whatever blob the body names."""
    exchange.put(a_line("d1"))
    exchange.put(a_line("d2"), name="other.txt")
    body = an_import(exchange, inputBlobName="other.txt", outputBlobName="other.log")
    urls(call_2016("POST", "/importDevices", body))
    running.hubs["east"].hub.jobs.settle()
    assert running.hubs["east"].hub.registry.find("d1")
    assert exchange.errors() == []


def test_errors_are_spelled_in_pascal_case(call_2016, exchange):
    """A container that cannot be used is the provider's own failure (azure-powershell#5490)."""
    body = an_import(exchange, outputBlobContainerUri=exchange.uri(exchange.output, "r"))
    exchange.put(a_line())
    refused = call_2016("POST", "/importDevices", body)
    assert refused.status_code == 500
    assert refused.headers["x-ms-failure-cause"] == "service"
    error = refused.json()
    assert (error["Code"], error["HttpStatusCode"]) == ("InternalError", "InternalServerError")
    assert error["Message"].startswith(
        "Internal Error. If you contact a support representative please include this "
    )
    assert call_2016("GET", "/jobs").json() == {"value": []}


def test_quotas_are_spelled_in_pascal_case(call_2016):
    """As recorded."""
    assert call_2016("GET", "/quotaMetrics").json() == {
        "value": [
            {"Name": "TotalMessages", "CurrentValue": 0, "MaxValue": 400_000},
            {"Name": "TotalDeviceCount", "CurrentValue": 0, "MaxValue": 1_000_000},
        ]
    }


@pytest.mark.parametrize("operation", ["bm8gc3VjaCBqb2I=", "no base64", "%FF"])
def test_an_operation_that_never_was(call_2016, operation):
    """404 in the provider's words."""
    missing = call_2016("GET", f"/operationResults/{operation}")
    assert (missing.status_code, missing.json()["Code"]) == (404, "JobNotFound")


def test_either_contract_can_be_ordered_for_every_version(running, exchange):
    """So that a client of one version can be tried with the answers of the other."""
    east = running.hubs["east"].hub
    with ArmClient(running) as call, ArmClient(running, VERSION) as call_2016:
        assert call.order("/contract", {"contract": VERSION}).status_code == 204
        location, _ = urls(call("POST", "/exportDevices", an_export(exchange)))
        assert location.endswith("?api-version=2023-06-30")
        east.jobs.settle()
        assert call.url("GET", location).json()["status"] == "completed"

        assert call.order("/contract", {"contract": "2023-06-30"}).status_code == 204
        assert call_2016("POST", "/exportDevices", an_export(exchange)).status_code == 200
        east.jobs.settle()

        assert call.order("/contract", {"contract": None}).status_code == 204
        assert call("POST", "/exportDevices", an_export(exchange)).status_code == 200
        east.jobs.settle()
        assert call_2016("POST", "/exportDevices", an_export(exchange)).status_code == 202
        east.jobs.settle()


def test_names_in_bodies_go_by_the_version_whatever_is_ordered(call, running, exchange):
    """A current client that is answered in the old way still names its blobs."""
    call.order("/contract", {"contract": VERSION})
    exchange.put(a_line(), name="run-1/devices.txt")
    body = an_import(exchange, inputBlobName="run-1/devices.txt", outputBlobName="run-1/log")
    urls(call("POST", "/importDevices", body))
    running.hubs["east"].hub.jobs.settle()
    assert exchange.written("run-1/log") == b""


@pytest.mark.parametrize("body", [{"contract": "2017-01-19"}, {}, []])
def test_a_contract_that_does_not_exist_is_refused(call, body):
    """So that a typo in a test does not go unnoticed."""
    assert call.order("/contract", body).status_code == 400
