"""Import and export jobs over HTTPS, with Azurite in between."""

import re
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import Event
from uuid import UUID

import pytest

from emulators.iot_hub.clock import Clock
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.pace import Pace
from emulators.iot_hub.server import serve
from emulators.iot_hub.ticks import UNIX_EPOCH
from tests.emulators.iot_hub.client import HubClient
from tests.emulators.iot_hub.lines import a_line, create
from tests.waiting import until


@dataclass(frozen=True, slots=True)
class Gated(Pace):
    """Jobs stay enqueued, or running, until the test lets them go."""

    may_run: Event = field(default_factory=Event)
    may_end: Event = field(default_factory=Event)

    def hold_enqueued(self, _stopped):
        self.may_run.wait(60)

    def hold_running(self, _began, _stopped):
        self.may_end.wait(60)


@contextmanager
def gated(**options):
    """Serve a hub whose jobs wait for the test; yield a client and the gates."""
    pace = Gated()
    with serve(Hub(pace=pace, **options)) as running, HubClient(running) as call:
        try:
            yield call, pace
        finally:
            pace.may_run.set()
            pace.may_end.set()


def run(call, body):
    """Run a job to its end and return what the hub says of it."""
    created = call("POST", "/jobs/create", body)
    assert created.status_code == 200, created.text
    call.running.hub.jobs.settle()
    return call("GET", f"/jobs/{created.json()['jobId']}").json()


def name_of(answer):
    """Return status and error name."""
    return answer.status_code, answer.headers.get("iothub-errorcode")


def test_a_job_goes_its_way(exchange):
    """Every step looks as recorded; only the first answer shows the containers."""
    exchange.put(a_line())
    body = exchange.an_import()
    with gated() as (call, pace):
        created = call("POST", "/jobs/create", body | {"jobId": "", "status": "unknown"}).json()
        assert str(UUID(created["jobId"])) == created["jobId"]
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}Z", created["startTimeUtc"])
        assert {name: created.pop(name) for name in body if name != "type"} == {
            name: uri for name, uri in body.items() if name != "type"
        }
        path = f"/jobs/{created['jobId']}"
        assert call("GET", path).json() == created
        assert created == {
            "jobId": created["jobId"],
            "startTimeUtc": created["startTimeUtc"],
            "type": "import",
            "status": "enqueued",
            "progress": 0,
            "excludeKeysInExport": False,
            "useSecondaryStorageAsSource": False,
        }
        pace.may_run.set()
        while (job := call("GET", path).json())["status"] == "enqueued":
            Event().wait(0.01)
        assert job == created | {"status": "running"}
        pace.may_end.set()
        call.running.hub.jobs.settle()
        done = call("GET", path).json()
        assert done == created | {
            "status": "completed",
            "progress": 100,
            "endTimeUtc": done["endTimeUtc"],
        }
        assert done["endTimeUtc"] > done["startTimeUtc"]
        assert call("GET", "/jobs").json() == [done]


@pytest.mark.parametrize("kind", ["import", "export"])
def test_one_job_at_a_time(exchange, kind):
    """The second create gets 403 with the body that a live hub sends, exports or not."""
    exchange.put(a_line())
    second = exchange.an_import() if kind == "export" else exchange.an_export()
    with gated() as (call, pace):
        first = exchange.an_import() if kind == "import" else exchange.an_export()
        assert call("POST", "/jobs/create", first).ok
        refused = call("POST", "/jobs/create", second)
        assert name_of(refused) == (403, "JobQuotaExceeded")
        assert refused.json()["ExceptionMessage"] == ""
        assert re.fullmatch(
            r"ErrorCode:JobQuotaExceeded;Error: 403 ErrorCode: JobQuotaExceeded\n"
            r"Message: Job quota has been exceeded\n"
            r"Timestamp: \d\d/\d\d/\d{4} \d\d:\d\d:\d\d\nTracking ID: ",
            refused.json()["Message"],
        )
        pace.may_run.set()
        pace.may_end.set()
        call.running.hub.jobs.settle()
        assert call("POST", "/jobs/create", second).ok
        assert len(call("GET", "/jobs").json()) == 2


def refused_containers(exchange):
    """Yield bodies whose containers cannot be used, and what the hub says."""
    unreadable = "Failed to read devices blob from the input container."
    unwritable = "Unauthorized to write to output blob container."
    unreadable_output = "Unauthorized to read from output blob container."
    undeletable = "Unauthorized to delete from output blob container."
    source, target = exchange.input, exchange.output
    yield {"inputBlobName": "no/such.txt"}, unreadable
    yield {"inputBlobContainerUri": exchange.uri(source, "w")}, unreadable
    yield {"inputBlobContainerUri": exchange.uri(source, "r", hours=-1)}, unreadable
    yield {"inputBlobContainerUri": f"{source.url}-gone?{exchange.uri(source, 'r')}"}, unreadable
    yield {"inputBlobContainerUri": source.url}, unreadable
    yield {"inputBlobContainerUri": "nonsense"}, unreadable
    yield {"inputBlobContainerUri": "http://127.0.0.1:1/account/container?sig=x"}, unreadable
    yield {"inputBlobContainerUri": None}, unreadable
    yield (
        {"includeConfigurations": True},
        "Failed to read configurations blob from the input container.",
    )
    yield {"outputBlobContainerUri": exchange.uri(target, "rd")}, unwritable
    yield {"outputBlobContainerUri": exchange.uri(target, "rwd", hours=-1)}, unwritable
    yield (
        {"outputBlobContainerUri": f"{target.url}-gone?{exchange.uri(target, 'rwd')}"},
        unwritable,
    )
    yield {"outputBlobContainerUri": target.url}, unwritable
    yield {"outputBlobContainerUri": None}, unwritable
    yield {"outputBlobContainerUri": exchange.uri(target, "wd")}, unreadable_output
    yield {"outputBlobContainerUri": exchange.uri(target, "rwl")}, undeletable


def test_a_container_that_cannot_be_used_is_told_at_once(call, exchange):
    """400 with the service's words, and no job; the rights are really tried."""
    exchange.put(a_line())
    for changes, words in refused_containers(exchange):
        refused = call("POST", "/jobs/create", exchange.an_import(**changes))
        assert name_of(refused) == (400, "BlobContainerValidationError"), changes
        assert re.fullmatch(
            "ErrorCode:BlobContainerValidationError;"
            "Error: 400 ErrorCode: BlobContainerValidationError\r\n"
            f"Message: {re.escape(words)}\r\n"
            r"Timestamp: \d\d/\d\d/\d{4} \d\d:\d\d:\d\d" + "\r\n"
            f"Public Message: {re.escape(words)}",
            refused.json()["Message"],
        ), changes
    assert call("GET", "/jobs").json() == []
    assert run(call, exchange.an_import())["status"] == "completed"


def test_an_export_needs_its_output_only(call, exchange):
    """Its container is tried in the same way."""
    uri = exchange.uri(exchange.output, "rwl")
    refused = call("POST", "/jobs/create", exchange.an_export(outputBlobContainerUri=uri))
    assert name_of(refused) == (400, "BlobContainerValidationError")
    assert run(call, exchange.an_export())["status"] == "completed"


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"type": None}, "ArgumentInvalid"),
        ({"type": "unknown"}, "DeserializationError"),
        ({"type": "firmwareUpdate"}, "DeserializationError"),
        ({"storageAuthenticationType": "byHand"}, "DeserializationError"),
        ({"identity": []}, "DeserializationError"),
        ({"excludeKeysInExport": "perhaps"}, "DeserializationError"),
    ],
)
def test_a_request_that_makes_no_sense_is_refused(call, exchange, changes, name):
    """400, and no job."""
    refused = call("POST", "/jobs/create", exchange.an_export(**changes))
    assert name_of(refused) == (400, name)
    assert call("GET", "/jobs").json() == []


def test_what_node_and_csharp_send_is_taken(call, exchange):
    """Names of enums in any case, an empty job id, defaults spelled out."""
    sent = {"jobId": "", "type": "EXPORT", "storageAuthenticationType": "KeyBased", "progress": 0}
    assert run(call, exchange.an_export(**sent))["status"] == "completed"


def test_an_enqueued_job_can_be_cancelled(exchange):
    """204, at once, and it never touches anything; the slot is free."""
    exchange.put(a_line())
    with gated() as (call, pace):
        path = f"/jobs/{call('POST', '/jobs/create', exchange.an_import()).json()['jobId']}"
        assert call("DELETE", path).status_code == 204
        job = call("GET", path).json()
        assert (job["status"], job["progress"], "endTimeUtc" in job) == ("cancelled", 0, True)
        assert call("POST", "/jobs/create", exchange.an_export()).ok
        pace.may_run.set()
        pace.may_end.set()
        call.running.hub.jobs.settle()
        assert len(call.running.hub.registry) == 0
        assert [job["status"] for job in call("GET", "/jobs").json()] == ["cancelled", "completed"]


def test_a_running_import_stops_where_it_is(exchange):
    """200 {}; what was applied stays, the rest never comes, and no log is written."""
    exchange.put(*(a_line(f"d{number:03}") for number in range(100)))
    pace = Pace(lines_per_second=1)
    with serve(Hub(pace=pace)) as running, HubClient(running) as call:
        path = f"/jobs/{call('POST', '/jobs/create', exchange.an_import()).json()['jobId']}"
        while len(running.hub.registry) == 0:
            Event().wait(0.01)
        cancelled = call("DELETE", path)
        count = len(running.hub.registry)
        assert (cancelled.status_code, cancelled.json()) == (200, {})
        assert call("GET", path).json()["status"] == "cancelled"
        running.hub.jobs.settle()
        assert 1 <= len(running.hub.registry) == count < 100
        assert [blob.name for blob in exchange.output.list_blobs()] == []


def test_jobs_that_are_not_active_cannot_be_cancelled(call, exchange):
    """404 for one that never was, 500 for one that is over; seen on a live hub."""
    job = run(call, exchange.an_export())
    over = call("DELETE", f"/jobs/{job['jobId']}")
    assert name_of(over) == (500, "ServerError")
    for verb in ("GET", "DELETE"):
        assert name_of(call(verb, "/jobs/no-such-job")) == (404, "JobNotFound")
    assert call("GET", f"/jobs/{job['jobId']}").json() == job


def test_scheduled_jobs_are_another_system(call):
    """Which says 200 to any id."""
    answer = call("GET", "/jobs/v2/some-id")
    assert (answer.status_code, answer.json()) == (200, {"type": "unknown", "status": "unknown"})


def test_an_input_that_vanished_while_enqueued_fails_the_job(exchange):
    """The job says why, and the slot is free again."""
    exchange.put(a_line())
    with gated() as (call, pace):
        path = f"/jobs/{call('POST', '/jobs/create', exchange.an_import()).json()['jobId']}"
        exchange.input.delete_blob("devices.txt")
        pace.may_run.set()
        call.running.hub.jobs.settle()
        job = call("GET", path).json()
        assert (job["status"], job["progress"]) == ("failed", 0)
        assert job["failureReason"] == "Storage failed: The specified blob does not exist."
        assert "endTimeUtc" in job
        pace.may_end.set()
        assert run(call, exchange.an_export())["status"] == "completed"


def test_a_job_takes_the_time_it_is_told(exchange):
    """A minimum while enqueued and while running, and a number of lines in a second."""
    exchange.put(*(a_line(f"d{number}") for number in range(10)))
    with serve(Hub(pace=Pace(0.2, 0.4, 20))) as running, HubClient(running) as call:
        job = run(call, exchange.an_import())
    started, ended = (float(job[name][17:-1]) for name in ("startTimeUtc", "endTimeUtc"))
    assert (ended - started) % 60 >= 0.2 + 10 / 20


def test_history_outlives_the_hub(exchange, tmp_path):
    """Registry and history are in files. A job that was active when the hub went has failed."""
    exchange.put(a_line())
    with serve(Hub("h", data=tmp_path)) as running, HubClient(running) as call:
        done = run(call, exchange.an_import())
    slow = Hub("h", data=tmp_path, pace=Pace(running=3600))
    with serve(slow) as running, HubClient(running) as call:
        assert call("GET", "/jobs").json() == [done]
        assert call("GET", "/devices/d1").ok
        assert call("POST", "/jobs/create", exchange.an_export()).ok
    with serve(Hub("h", data=tmp_path)) as running, HubClient(running) as call:
        first, second = call("GET", "/jobs").json()
        assert (first, second["status"]) == (done, "failed")
        assert second["failureReason"] == "The hub was stopped while the job was active."
        running.hub.reset()
    with Hub("h", data=tmp_path) as hub:
        assert (hub.jobs.all(), len(hub.registry)) == ([], 0)
    assert "sig=" not in "".join(path.read_text("latin-1") for path in tmp_path.iterdir())


def test_history_is_kept_for_thirty_days(exchange):
    """Counted from a job's end by the hub's clock; an active job is never forgotten."""
    days = 24 * 3600
    with gated(clock=Clock(lambda: UNIX_EPOCH)) as (call, pace):
        clock = call.running.hub.clock
        path = f"/jobs/{call('POST', '/jobs/create', exchange.an_export()).json()['jobId']}"
        clock.advance(31 * days)
        assert call("GET", path).json()["status"] == "enqueued"
        pace.may_run.set()
        pace.may_end.set()
        call.running.hub.jobs.settle()
        clock.advance(30 * days)
        assert call("GET", path).json()["endTimeUtc"] == "1970-02-01T00:00:00.0000000Z"
        clock.advance(1)
        assert call("GET", "/jobs").json() == []
        for verb in ("GET", "DELETE"):
            assert name_of(call(verb, path)) == (404, "JobNotFound")


def test_no_signature_gets_into_a_log(call, exchange, caplog):
    """Nor does a key: jobs are named by their id only."""
    caplog.set_level("INFO", "emulators")
    exchange.put(a_line(), "nonsense")
    run(call, exchange.an_import())
    create(call.running.hub.registry, "other")
    assert "import job" in caplog.text
    assert "sig=" not in caplog.text
    assert "nonsense" not in caplog.text


def test_a_job_that_is_held_ends_when_it_is_let_go(call, exchange):
    """Tests order it where a job must last as long as something else."""
    exchange.put(a_line())
    assert call("POST", "/_emulator/jobs", {"held": True}).status_code == 204
    job_id = call("POST", "/jobs/create", exchange.an_import()).json()["jobId"]
    until(lambda: call("GET", "/devices/d1").status_code == 200, "its work is done")
    assert call("GET", f"/jobs/{job_id}").json()["status"] == "running"
    assert call("POST", "/_emulator/jobs", {"held": False}).status_code == 204
    call.running.hub.jobs.settle()
    assert call("GET", f"/jobs/{job_id}").json()["status"] == "completed"


def test_jobs_are_held_or_they_are_not(call):
    """Anything else is no order."""
    assert call("POST", "/_emulator/jobs", {"held": "yes"}).status_code == 400
