"""From a dropped file to the devices in the hub and the one message on the queue."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from azure.storage.blob import ContainerSasPermissions, generate_container_sas
from azure.storage.queue import QueueServiceClient, TextBase64EncodePolicy

from tests.builders import a_file, a_line
from tests.e2e.journey import Journey
from tests.waiting import until


def devices(prefix: str, count: int) -> list[str]:
    return [f"{prefix}-{number}" for number in range(count)]


def lines(ids: list[str], **members: Any) -> bytes:
    return a_file(*(a_line(device_id, **members) for device_id in ids))


def counts(result: Any) -> tuple[int, int, int, int, int]:
    told = result["counts"]
    return tuple(told[n] for n in ("total", "accepted", "rejected", "applied", "failed"))


def test_a_good_file_becomes_devices_and_one_message(journey: Journey):
    """The registry holds exactly the devices of the file, and every line is told as applied."""
    ids = devices("good", 50)
    result = journey.result(journey.drop(lines(ids)))
    assert result["status"] == "completed"
    assert counts(result) == (50, 50, 0, 50, 0)
    assert journey.hub().devices("good-") == set(ids)
    report = journey.report(result)
    assert [(line["line"], line["deviceId"]) for line in report] == list(enumerate(ids, start=1))
    assert {line["outcome"] for line in report} == {"applied"}


def test_bad_lines_are_reported_and_the_good_ones_imported(journey: Journey):
    """Only the good lines reach the hub; the report explains the others by line."""
    content = a_file(a_line("mixed-1"), b'{"id":"mixed 2"}', a_line("mixed-3"), b"rubbish")
    result = journey.result(journey.drop(content))
    assert counts(result) == (4, 2, 2, 2, 0)
    assert journey.hub().devices("mixed") == {"mixed-1", "mixed-3"}
    assert [line["outcome"] for line in journey.report(result)] == [
        "applied",
        "rejected",
        "applied",
        "rejected",
    ]


def test_a_hopeless_file_starts_no_job(journey: Journey):
    """It is answered with its reason, and the hub is never asked."""
    posts = journey.hub().posts()
    result = journey.result(journey.drop(b"not a device file\nat all\n"))
    assert (result["status"], result["reason"]["code"]) == ("rejected", "no_good_line")
    assert journey.hub().posts() == posts


def test_the_same_drop_told_again_is_one_import(journey: Journey):
    """The event about the same version comes twice more; there is one job and one message."""
    name = journey.drop(lines(devices("again", 3)))
    result = journey.result(name)
    posts = journey.hub().posts()
    tell_again(journey, name, times=2)
    marker = journey.drop(lines(["again-marker"]))  # what was told before is handled before
    journey.result(marker)
    assert journey.hub().posts() == posts + 1
    assert journey.results[name] == [result]


def tell_again(journey: Journey, name: str, times: int) -> None:
    """Put messages about a blob on the host's own queue, as a late or repeated event would."""
    connection = journey.stack.settings["AzureWebJobsStorage"]
    etag = journey.container("device-files").get_blob_client(name).get_blob_properties().etag
    message = {
        "FunctionId": "Host.Functions.validate_device_file",
        "BlobType": "BlockBlob",
        "ContainerName": "device-files",
        "BlobName": name,
        "ETag": etag.strip('"'),
    }
    with QueueServiceClient.from_connection_string(connection) as queues:
        (queue,) = queues.list_queues(name_starts_with="azure-webjobs-blobtrigger-")
        policy = TextBase64EncodePolicy()
        client = queues.get_queue_client(queue.name, message_encode_policy=policy)
        for _ in range(times):
            client.send_message(json.dumps(message))


def test_an_overwritten_file_is_imported_again(journey: Journey):
    """Each version has an import and a message of its own."""
    name = journey.drop(lines(["over-1"]))
    first = journey.result(name)
    journey.drop(lines(["over-1", "over-2"]), name=name)
    second = journey.result(name, number=2)
    assert first["importId"] != second["importId"]
    assert (counts(first), counts(second)) == ((1, 1, 0, 1, 0), (2, 2, 0, 2, 0))
    assert journey.hub().devices("over") == {"over-1", "over-2"}


def test_two_files_for_one_hub_go_one_after_the_other(journey: Journey):
    """The second import waits for the slot, and both end well."""
    names = [journey.drop(lines(devices(f"turn{n}", 3))) for n in range(2)]
    spans = sorted(journey.hub().job_times(journey.result(name)["jobId"]) for name in names)
    assert spans[0][1] <= spans[1][0]
    assert [counts(journey.result(name)) for name in names] == [(3, 3, 0, 3, 0)] * 2


def test_two_hubs_work_at_the_same_time(journey: Journey):
    """Neither import waits for the other's hub."""
    with journey.hub("factory-a").busy():
        slow = journey.drop(lines(["both"]), "factory-a")
        until(lambda: journey.state(slow) == "running", "the first hub has a job")
        quick = journey.drop(lines(["both"]), "factory-b")
        assert journey.result(quick)["status"] == "completed"
        assert journey.state(slow) == "running"
    assert journey.result(slow)["status"] == "completed"
    assert journey.hub("factory-b").devices("both") == {"both"}


def test_a_foreign_job_is_waited_for(journey: Journey):
    """Somebody exports from the hub; the import starts after it, and loses no attempt to it."""
    foreign = start_export(journey)
    result = journey.result(journey.drop(lines(["patient"])))
    assert journey.hub().job_times(foreign)[1] <= journey.hub().job_times(result["jobId"])[0]
    assert counts(result) == (1, 1, 0, 1, 0)


def start_export(journey: Journey) -> str:
    """Start an export job past the app, as someone in the portal would."""
    container = journey.container("foreign-export")
    if not container.exists():
        container.create_container()
    credential: Any = journey.storage.credential
    access = generate_container_sas(
        str(container.account_name),
        container.container_name,
        account_key=credential.account_key,
        permission=ContainerSasPermissions(read=True, write=True, delete=True, list=True),
        expiry=datetime.now(UTC) + timedelta(hours=1),
    )
    export = {"type": "export", "outputBlobContainerUri": f"{container.url}?{access}"}
    return str(journey.hub()("POST", "/jobs/create", export)["jobId"])


def test_completed_is_not_taken_for_success(journey: Journey):
    """Creating devices that exist fails on every line, although the hub says `completed`."""
    ids = devices("twice", 4)
    journey.result(journey.drop(lines(ids, importMode="create")))
    result = journey.result(journey.drop(lines(ids, importMode="create")))
    assert (result["status"], counts(result)) == ("completed", (4, 4, 0, 0, 4))
    assert {line["code"] for line in journey.report(result)} == {"DeviceAlreadyExists"}
    assert journey.report(result, "retry.ndjson") == [
        {"id": device_id, "status": "enabled", "importMode": "create"} for device_id in ids
    ]


@pytest.mark.parametrize("name", ["factory-a/ü ł/…%2e%2e/x?y#z.txt", "factory-a/=cmd|'a';b&c.txt"])
def test_any_name_goes_through(journey: Journey, name: str):
    """Whatever a file is called, its devices arrive and its message names it."""
    result = journey.result(journey.drop(lines(["named"]), name=name))
    assert result["file"]["name"] == name
    assert result["status"] == "completed"


def test_nothing_is_left_behind(journey: Journey):
    """No exchange container, no active record, no held slot."""
    journey.result(journey.drop(lines(["last"])))
    until(lambda: not list(journey.records()), "every record is archived")
    assert not list(journey.storage.list_containers(name_starts_with="imp-"))
    slots = journey.container("state")
    for name in slots.list_blob_names(name_starts_with="slots/"):
        assert json.loads(slots.download_blob(name).readall())["import_id"] == ""
