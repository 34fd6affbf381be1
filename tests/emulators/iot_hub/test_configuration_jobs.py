"""Configurations in import and export jobs, in process with Azurite in between."""

import json

import pytest

from emulators.iot_hub.hub import Hub
from emulators.iot_hub.import_configuration import read_configuration
from emulators.iot_hub.job import JobRequest, JobStatus
from tests.emulators.iot_hub.lines import a_configuration, a_line, create


LOG = "importConfigErrors.log"
MODE = "createOrUpdateIfMatchETag"
#: What the hub makes itself, so that it differs from hub to hub.
GENERATED = {"CreatedTimeUtc", "LastUpdatedTimeUtc", "ETag"}


@pytest.fixture
def hub():
    """A hub without a server."""
    with Hub() as made:
        yield made


def run(hub, body):
    """Run a job to its completion."""
    job = hub.jobs.create(JobRequest.read(body | {"includeConfigurations": True}))
    hub.jobs.settle()
    assert hub.jobs.find(job.job_id).status is JobStatus.COMPLETED


def imported(hub, exchange, *lines):
    """Import lines of configurations and return the entries of their log."""
    exchange.put()
    exchange.put(*lines, name="configurations.txt")
    run(hub, exchange.an_import())
    return exchange.errors(LOG)


def exported(hub, exchange, **changes):
    """Export and return the lines of configurations, read."""
    run(hub, exchange.an_export(**changes))
    name = changes.get("configurationsBlobName", "configurations.txt")
    return [json.loads(line) for line in exchange.written(name).splitlines()]


def add(hub, *bodies):
    """Add configurations."""
    for body in bodies:
        hub.configurations.create(read_configuration(body).spec)


def a_configuration_line(*arguments, **fields):
    return json.dumps(a_configuration(*arguments, importMode=MODE) | fields)


def test_an_export_has_a_second_blob_in_pascal_case(hub, exchange):
    """As seen on a live hub; names that people chose stay as they are."""
    metrics = {"queries": {"on": "select deviceId from devices"}}
    add(hub, a_configuration(labels={"line": "one"}, metrics=metrics, priority=3))
    create(hub.registry)
    (line,) = exported(hub, exchange)
    kept = hub.configurations.find("c1").wire()
    assert line == {
        "Id": "c1",
        "SchemaVersion": None,
        "Labels": {"line": "one"},
        "Content": {"DeviceContent": {"properties.desired.rate": 5}},
        "TargetCondition": "*",
        "CreatedTimeUtc": kept["createdTimeUtc"],
        "LastUpdatedTimeUtc": kept["lastUpdatedTimeUtc"],
        "Priority": 3,
        "SystemMetrics": {"Results": {}, "Queries": kept["systemMetrics"]["queries"]},
        "Metrics": {"Results": {}, "Queries": metrics["queries"]},
        "ETag": "MQ==",
    }
    assert b'"id":"d1"' in exchange.written("devices.txt")


def test_an_export_of_no_configurations_is_an_empty_blob(hub, exchange):
    """Not a missing one, and no line of text even when keys are left out."""
    assert exported(hub, exchange, excludeKeysInExport=True) == []
    assert exchange.written("configurations.txt") == b""


def test_without_being_asked_a_job_leaves_configurations_alone(hub, exchange):
    """No blob comes out, none is read, no log is written."""
    add(hub, a_configuration())
    for body in (exchange.an_export(), exchange.an_import()):
        exchange.put(a_line())
        exchange.put("nonsense", name="configurations.txt")
        hub.jobs.create(JobRequest.read(body))
        hub.jobs.settle()
    names = {blob.name for blob in exchange.output.list_blobs()}
    assert names == {"devices.txt", "importErrors.log"}


def test_an_import_applies_both_files(hub, exchange):
    """Each has a log of its own, empty in place of an older one when all went well."""
    exchange.output.upload_blob(LOG, b"old")
    exchange.put(a_line("d1"), a_line("d2", importMode="update"))
    exchange.put(a_configuration_line(), name="configurations.txt")
    run(hub, exchange.an_import())
    assert hub.configurations.find("c1").spec.content == a_configuration()["content"]
    assert [error["deviceId"] for error in exchange.errors()] == ["d2"]
    assert exchange.written(LOG) == b""


def test_the_blob_of_configurations_may_have_another_name(hub, exchange):
    """On both ways."""
    name = {"configurationsBlobName": "run-42/configs.txt"}
    add(hub, a_configuration())
    assert [line["Id"] for line in exported(hub, exchange, **name)] == ["c1"]
    exchange.put()
    exchange.put(a_configuration_line("c2"), name="run-42/configs.txt")
    run(hub, exchange.an_import(**name))
    assert hub.configurations.find("c2")


def test_a_round_trip_loses_nothing(hub, exchange):
    """Export, set the mode as Microsoft's sample does, import elsewhere, export: the same."""
    edge = {"$edgeAgent": {"properties.desired": {"modules": {"Größe": {"a": [1, None]}}}}}
    add(
        hub,
        a_configuration("plain"),
        a_configuration("edge", content={"modulesContent": edge}, priority=9, schemaVersion="1.0"),
        a_configuration(
            "modules",
            content={"moduleContent": {"properties.desired": {"x": True}}},
            targetCondition="from devices.modules where tags.site = 'x'",
            labels={"Id": "not the id"},
            metrics={"queries": {"Queries": "select deviceId from devices"}},
        ),
    )
    hub.configurations.update(hub.configurations.find("plain").spec, "*")
    before = exported(hub, exchange)
    with Hub() as other:
        lines = (json.dumps(line | {"ImportMode": MODE}) for line in before)
        assert imported(other, exchange, *lines) == []
        after = exported(other, exchange)
    varying = dict.fromkeys(GENERATED)
    assert [line | varying for line in after] == [line | varying for line in before]
    assert {line["ETag"] for line in after} == {"MQ=="}


def test_an_existing_configuration_needs_its_etag(hub, exchange):
    """With the right one, or with none, it is overwritten, but for its content."""
    add(hub, a_configuration())
    stale, right = (a_configuration_line(etag=etag, priority=2) for etag in ("Mg==", "MQ=="))
    assert imported(hub, exchange, stale) == [
        {"configurationId": "c1", "errorCode": 412001, "errorStatus": "PreconditionFailed"}
    ]
    assert imported(hub, exchange, right) == []
    other = {"deviceContent": {"properties.desired.other": 1}}
    assert imported(hub, exchange, a_configuration_line(content=other, priority=3)) == []
    kept = hub.configurations.find("c1")
    assert (kept.etag, kept.spec.priority) == ("Mw==", 3)
    assert kept.spec.content == a_configuration()["content"]


@pytest.mark.parametrize(
    ("line", "code", "words"),
    [
        (json.dumps(a_configuration("c2")), 400004, "with mode createOrUpdate"),
        (a_configuration_line("c2", importMode="create"), 400004, "with mode create"),
        (a_configuration_line("c2", importMode=5), 400004, "with mode delete"),
        (a_configuration_line("c2", importMode="upsert"), 400012, 'Error converting value "upse'),
        (a_configuration_line("C2"), 400004, "The configuration ID 'C2' is not valid"),
        (a_configuration_line("c2", content={}), 400402, "needs one of deviceContent"),
        (a_configuration_line("c2", targetCondition="a = 1"), 400401, "target condition"),
        (a_configuration_line("c2", metrics={"queries": {"a": ""}}), 400404, "custom metric"),
        (json.dumps({"importMode": MODE}), 400012, "Required property 'id' not found in JSON"),
        ("nonsense", 400012, "Invalid configuration format in line: nonsense. Unexpected char"),
    ],
)
def test_a_line_that_is_refused_is_in_the_log(hub, exchange, line, code, words):
    """By number; the other lines are applied, and the job completes all the same."""
    (error,) = imported(hub, exchange, line, a_configuration_line("c1"))
    assert error["errorCode"] == code
    assert words in error["errorStatus"]
    assert ("configurationId" in error) == (code != 400012)
    assert [kept.id for kept in hub.configurations.all()] == ["c1"]


def test_the_limit_is_told_line_by_line(hub, exchange):
    """413101 for what is too much."""
    hub.configurations.limit = 1
    (error,) = imported(hub, exchange, *(a_configuration_line(name) for name in ("a", "b")))
    assert (error["configurationId"], error["errorCode"]) == ("b", 413101)
