"""What import and export jobs read and write, in process with Azurite in between."""

import json
from pathlib import Path
from threading import Event

import pytest

from emulators.iot_hub.containers import Containers
from emulators.iot_hub.export_job import ExportJob
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.job import JobRequest, JobStatus
from emulators.iot_hub.tier import Tier
from tests.emulators.iot_hub.lines import KEY_A, KEY_B, a_line, create, found


SAMPLES = Path("samples")


@pytest.fixture
def hub():
    """A hub without a server."""
    with Hub() as made:
        yield made


def run(hub, body):
    """Run a job to its completion."""
    job = hub.jobs.create(JobRequest.read(body))
    hub.jobs.settle()
    assert hub.jobs.find(job.job_id).status is JobStatus.COMPLETED


def imported(hub, exchange, *lines):
    """Import lines and return the entries of the error log."""
    exchange.put(*lines)
    run(hub, exchange.an_import())
    return exchange.errors()


def exported(hub, exchange, **changes):
    """Export and return the lines."""
    run(hub, exchange.an_export(**changes))
    return exchange.written(changes.get("outputBlobName", "devices.txt")).decode().splitlines()


def test_a_log_without_errors_is_there_and_empty(hub, exchange):
    """Zero bytes, in place of the log of an earlier job."""
    exchange.output.upload_blob("importErrors.log", b"old")
    assert imported(hub, exchange, a_line("a"), a_line("b")) == []
    assert exchange.written() == b""
    assert [blob.name for blob in exchange.output.list_blobs()] == ["importErrors.log"]
    assert hub.registry.count("device") == 2


def test_a_completed_job_may_have_failed_on_every_line(hub, exchange):
    """Only the log tells; its lines are compact JSON with the number of the error."""
    create(hub.registry, "a")
    errors = imported(
        hub, exchange, a_line("a", importMode="create"), a_line("b", importMode="update"), "{"
    )
    assert errors == [
        {
            "deviceId": "a",
            "errorCode": 409001,
            "errorStatus": "A device with ID 'a' is already registered.",
        },
        {"deviceId": "b", "errorCode": 404001, "errorStatus": "b"},
        {
            "errorCode": 400012,
            "errorStatus": "Invalid device format in line: {. "
            "Unexpected end when reading JSON. Path '', line 1, position 1.",
        },
    ]
    assert exchange.written().startswith(b'{"deviceId":"a","errorCode":409001,"errorStatus":"')


def test_a_module_line_that_fails_names_the_module(hub, exchange):
    """Both ids."""
    errors = imported(hub, exchange, a_line("a", moduleId="m"))
    assert errors == [
        {"deviceId": "a", "moduleId": "m", "errorCode": 404001, "errorStatus": "a"},
    ]


def test_lines_are_applied_in_their_order(hub, exchange):
    """So a device can come before its module, and the last of two equal ids wins."""
    lines = (a_line("a"), a_line("a", moduleId="m"), a_line("a", status="disabled"))
    assert imported(hub, exchange, *lines) == []
    assert found(hub.registry, "a").status == "disabled"
    assert found(hub.registry, "a", "m")


def test_any_line_end_and_a_byte_order_mark_are_taken(hub, exchange):
    """CRLF, blank lines, no line end at the end, and bytes that are not UTF-8."""
    reason = a_line("c", statusReason="?").encode().replace(b"?", b"\xff")
    text = b"\xef\xbb\xbf" + b"\r\n".join([a_line("a").encode(), b"  ", b"", reason])
    exchange.input.upload_blob("devices.txt", text)
    run(hub, exchange.an_import())
    assert exchange.errors() == []
    assert found(hub.registry, "c").status_reason == "\ufffd"


def test_an_empty_input_is_fine(hub, exchange):
    """Nothing to do, nothing failed."""
    assert imported(hub, exchange) == []


def test_an_input_of_many_chunks_is_read_whole(hub, exchange):
    """Lines that lie across the edges of what storage sends at a time."""
    tags = {"padding": "x" * 4000}
    lines = [a_line(f"d{number:05}", tags=tags) for number in range(9000)]
    assert imported(hub, exchange, *lines) == []
    assert hub.registry.count("device") == 9000


def test_the_input_may_have_another_name(hub, exchange):
    """A slash in it is a name like any other."""
    exchange.put(a_line("a"), name="run-42/devices.txt")
    run(hub, exchange.an_import(inputBlobName="run-42/devices.txt"))
    assert len(hub.registry) == 1


def test_the_device_limit_is_told_line_by_line(exchange):
    """403002 for what is too much, and what exists can still be updated."""
    with Hub(device_limit=2) as hub:
        lines = [a_line(name) for name in ("a", "b", "c", "a")]
        errors = imported(hub, exchange, *lines)
    assert [(error["deviceId"], error["errorCode"]) for error in errors] == [("c", 403002)]


def test_near_its_limit_a_hub_takes_what_fits_and_goes_on(exchange):
    """A line in the log for each device too many, modules too; a delete makes room again."""
    lines = [a_line(f"d{number}") for number in range(5)]
    module = a_line("d0", moduleId="m")
    with Hub(device_limit=3) as hub:
        errors = imported(hub, exchange, *lines, module, a_line("d1", importMode="delete"), module)
        assert [(identity[:2]) for identity in hub.registry] == [
            ("d0", ""),
            ("d0", "m"),
            ("d2", ""),
        ]
    text = "Total number of devices on IotHub exceeded the allocated quota."
    assert errors == [
        {"deviceId": "d3", "errorCode": 403002, "errorStatus": text},
        {"deviceId": "d4", "errorCode": 403002, "errorStatus": text},
        {"deviceId": "d0", "moduleId": "m", "errorCode": 403002, "errorStatus": text},
    ]


def test_a_free_hub_takes_five_hundred_devices(exchange):
    """Of a job with more, it takes the first."""
    with Hub(tier=Tier.F1) as hub:
        errors = imported(hub, exchange, *(a_line(f"d{number:03}") for number in range(503)))
        assert len(hub.registry) == 500
    assert [(error["deviceId"], error["errorCode"]) for error in errors] == [
        (name, 403002) for name in ("d500", "d501", "d502")
    ]


def test_a_basic_hub_tells_line_by_line_what_it_does_not_have(exchange):
    """403010, while plain devices come in, with the empty twins of an export too."""
    lines = [
        a_line("edge", capabilities={"iotEdge": True}),
        a_line("plain", tags={}, twinETag="AAAAAAAAAAE=", properties={"desired": {}}),
        a_line("plain", moduleId="m"),
        a_line("tagged", tags={"site": "x"}),
        a_line("plain", importMode="updateTwin"),
        a_line("plain", status="disabled", capabilities={"iotEdge": False}),
    ]
    with Hub(tier=Tier.B1) as hub:
        errors = imported(hub, exchange, *lines)
        assert [(device.device_id, device.status) for device in hub.registry] == [
            ("plain", "disabled")
        ]
    text = "The operation is not available in the current tier."
    assert errors == [
        {"deviceId": "edge", "errorCode": 403010, "errorStatus": text},
        {"deviceId": "plain", "moduleId": "m", "errorCode": 403010, "errorStatus": text},
        {"deviceId": "tagged", "errorCode": 403010, "errorStatus": text},
        {"deviceId": "plain", "errorCode": 403010, "errorStatus": text},
    ]


@pytest.mark.parametrize(
    ("sample", "codes"),
    [
        ("docs-example.devices.txt", [400004] * 5),
        ("dotnet-bulk-create.devices.txt", []),
        ("hub-export.devices.txt", [401100, 401100, 400028]),
        ("every-mode.devices.txt", [404001] * 6),
    ],
)
def test_the_samples(hub, exchange, sample, codes):
    """What real tools write is applied or refused as the service would."""
    exchange.input.upload_blob("devices.txt", (SAMPLES / sample).read_bytes())
    run(hub, exchange.an_import())
    assert [error["errorCode"] for error in exchange.errors()] == codes


def test_common_mistakes(hub, exchange):
    """One mistake a line: what cannot be read has no id, all else names its device."""
    text = (SAMPLES / "common-mistakes.devices.txt").read_text("utf-8")
    exchange.put(text)
    run(hub, exchange.an_import())
    errors = exchange.errors()
    unreadable = [error["errorStatus"] for error in errors if "deviceId" not in error]
    for words in ("uses-deviceId", "java-enum", "unknown-mode", "typo", "not json", "cut-off"):
        assert any(words in status for status in unreadable), words
    assert {error["errorCode"] for error in errors if "deviceId" in error} == {400004, 404001}
    ids = {identity.device_id for identity in hub.registry}
    assert ids == {"dup", "Dup", "good-1", "good-2", "same-key-twice-2"}


def test_an_export_shows_everything(hub, exchange):
    """The shape of a real export: modules on lines of their own, twins inline, no `$metadata`."""
    keys = {"symmetricKey": {"primaryKey": KEY_A, "secondaryKey": KEY_B}}
    twin = {"tags": {"ort": "Küche"}, "properties": {"desired": {"a": 1}, "reported": {"b": 2}}}
    device = create(hub.registry, "d", authentication=keys, **twin)
    edge = create(hub.registry, "e", capabilities={"iotEdge": True}, statusReason="new")
    first, second, *modules = (json.loads(line) for line in exported(hub, exchange))
    prints = {"primaryThumbprint": None, "secondaryThumbprint": None}
    assert first == {
        "id": "d",
        "eTag": device.etag,
        "status": "enabled",
        "statusReason": "",
        "authentication": keys | {"x509Thumbprint": prints, "type": "sas"},
        "twinETag": "AAAAAAAAAAI=",
        **twin,
        "capabilities": {"iotEdge": False},
    }
    assert (second["statusReason"], second["deviceScope"]) == ("new", edge.device_scope)
    assert [(line["moduleId"], line["authentication"]) for line in modules] == [
        ("$edgeAgent", None),
        ("$edgeHub", None),
    ]
    assert "Küche".encode() in exchange.written("devices.txt")


def test_an_export_without_keys_begins_with_a_line_of_text(hub, exchange):
    """So the blob is no NDJSON; thumbprints stay."""
    prints = {"primaryThumbprint": "0" * 40, "secondaryThumbprint": None}
    create(hub.registry, "s")
    create(hub.registry, "x", authentication={"x509Thumbprint": prints})
    text, *lines = exported(hub, exchange, excludeKeysInExport=True, outputBlobName="out/b.txt")
    assert not text.startswith("{")
    none = {"primaryKey": None, "secondaryKey": None}
    shown = [json.loads(line)["authentication"] for line in lines]
    assert [each["symmetricKey"] for each in shown] == [none, none]
    assert shown[1]["x509Thumbprint"] == prints


def test_an_export_of_nothing_is_an_empty_blob(hub, exchange):
    """Not a missing one."""
    assert exported(hub, exchange) == []


def test_a_stopped_export_writes_nothing(hub, exchange):
    """Not even a part."""
    create(hub.registry)
    stopped = Event()
    stopped.set()
    request = JobRequest.read(exchange.an_export())
    ExportJob(hub.registry, hub.configurations, request, Containers()).run(stopped)
    assert list(exchange.output.list_blobs()) == []


def test_what_was_exported_can_be_imported_elsewhere(hub, exchange):
    """With the same keys and twins."""
    for number in range(3):
        create(hub.registry, f"d{number}", tags={"n": number}, status="disabled")
    lines = exported(hub, exchange)
    with Hub() as other:
        assert imported(other, exchange, *lines) == []
        again = exported(other, exchange)
    varying = {"eTag", "twinETag"}
    assert [json.loads(line) | dict.fromkeys(varying) for line in again] == [
        json.loads(line) | dict.fromkeys(varying) for line in lines
    ]
