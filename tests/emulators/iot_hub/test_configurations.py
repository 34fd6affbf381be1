"""`/configurations` over HTTPS."""

import pytest

from emulators.iot_hub.hub import Hub
from emulators.iot_hub.import_configuration import read_configuration
from emulators.iot_hub.server import serve
from emulators.iot_hub.tier import Tier
from tests.emulators.iot_hub.client import HubClient
from tests.emulators.iot_hub.lines import a_configuration


def put(call, body, **headers):
    return call("PUT", f"/configurations/{body['id']}", body, **headers)


def error_of(answer):
    """Return status, error name and text."""
    name, _, text = answer.json()["Message"].removeprefix("ErrorCode:").partition(";")
    assert name == answer.headers["iothub-errorcode"]
    return answer.status_code, name, text


def spec(configuration_id="c1"):
    return read_configuration(a_configuration(configuration_id)).spec


def test_a_configuration_comes_into_being(call):
    """To the letter as recorded: 200 and not 201, an ETag in quotes, metrics without results."""
    answer = put(call, a_configuration(labels={"HostPlatform": "SomeValue"}), If_Match='""')
    assert (answer.status_code, answer.headers["etag"]) == (200, '"MQ=="')
    created = answer.json()["createdTimeUtc"]
    assert answer.json() == {
        "id": "c1",
        "schemaVersion": None,
        "labels": {"HostPlatform": "SomeValue"},
        "content": {"deviceContent": {"properties.desired.rate": 5}},
        "targetCondition": "*",
        "createdTimeUtc": created,
        "lastUpdatedTimeUtc": created,
        "priority": 0,
        "systemMetrics": {
            "results": {},
            "queries": {
                "targetedCount": "select deviceId from devices",
                "appliedCount": "select deviceId from devices where "
                "configurations.[[c1]].status = 'Applied'",
            },
        },
        "metrics": {"results": {}, "queries": {}},
        "etag": "MQ==",
    }
    read = call("GET", "/configurations/c1")
    assert (read.json(), read.headers["etag"]) == (answer.json(), '"MQ=="')


def test_an_update_replaces_all_but_the_content(call):
    """Content that differs is silently left as it is; seen on a live hub."""
    before = put(call, a_configuration(labels={"a": "b"}, schemaVersion="1.0")).json()
    changed = a_configuration(content={"deviceContent": {"properties.desired.rate": 6}})
    changed |= {"priority": 7, "targetCondition": "tags.site = 'x'"}
    answer = put(call, changed, If_Match='"MQ=="')
    after = answer.json()
    assert (answer.status_code, answer.headers["etag"], after["etag"]) == (200, '"Mg=="', "Mg==")
    assert (after["priority"], after["targetCondition"]) == (7, "tags.site = 'x'")
    assert (after["labels"], after["schemaVersion"]) == (None, None)
    assert after["content"] == before["content"]
    assert after["createdTimeUtc"] == before["createdTimeUtc"]
    assert after["lastUpdatedTimeUtc"] > before["lastUpdatedTimeUtc"]
    assert "where tags.site = 'x'" in after["systemMetrics"]["queries"]["targetedCount"]


@pytest.mark.parametrize("header", [{}, {"If_Match": "MQ=="}])
def test_without_an_etag_in_quotes_a_put_creates(call, header):
    """So the ETag of the body, sent back bare, is refused with a misleading 409; seen live."""
    put(call, a_configuration())
    refused = error_of(put(call, a_configuration(priority=2), **header))
    assert refused[:2] == (409, "ConfigurationAlreadyExists")


def test_with_an_etag_a_configuration_must_be_there_and_match(call):
    """404 and 412; `*` matches any."""
    missing = put(call, a_configuration(), If_Match="*")
    assert error_of(missing) == (404, "ConfigurationNotFound", "c1")
    put(call, a_configuration())
    assert put(call, a_configuration(), If_Match="*").json()["etag"] == "Mg=="
    stale = put(call, a_configuration(), If_Match='"MQ=="')
    assert error_of(stale) == (412, "PreconditionFailed", "PreconditionFailed")


def test_a_delete_may_come_without_an_etag(call):
    """Unlike that of a device; seen on a live hub. A stale one is refused."""
    put(call, a_configuration())
    assert error_of(call("DELETE", "/configurations/c1", If_Match='"Mg=="'))[0] == 412
    assert call("DELETE", "/configurations/c1").status_code == 204
    assert error_of(call("DELETE", "/configurations/c1", If_Match="*"))[0] == 404
    assert error_of(call("GET", "/configurations/c1")) == (404, "ConfigurationNotFound", "c1")


@pytest.mark.parametrize("query", ["", "?top=1"])
def test_the_list_holds_all(call, query):
    """Also when fewer are asked for; seen on a live hub."""
    for name in ("b", "a"):
        put(call, a_configuration(name))
    listed = call("GET", f"/configurations{query}").json()
    assert [each["id"] for each in listed] == ["b", "a"]


@pytest.mark.parametrize(
    ("options", "limit"),
    [
        ({}, 100),
        ({"tier": Tier.S1}, 100),
        ({"tier": Tier.F1}, 10),
        ({"tier": Tier.F1, "configuration_limit": 2}, 2),
    ],
)
def test_a_hub_takes_so_many_and_no_more(options, limit):
    """413101; what is there can still be updated, and a delete makes room."""
    with serve(Hub(**options)) as running, HubClient(running) as call:
        for number in range(limit):
            running.hub.configurations.create(spec(f"c{number}"))
        refused = error_of(put(call, a_configuration("one-more")))
        assert refused[:2] == (413, "ConfigurationCountLimitExceeded")
        assert put(call, a_configuration("c0"), If_Match="*").status_code == 200
        call("DELETE", "/configurations/c0")
        assert put(call, a_configuration("one-more")).status_code == 200


@pytest.mark.parametrize("name", ["a", "0-+%_*!'z", "x" * 128])
def test_an_id_of_these_characters_is_taken(call, name):
    """Percent-encoded in the path, as any."""
    path = f"/configurations/{name.replace('%', '%25')}"
    assert call("PUT", path, a_configuration(name)).json()["id"] == name
    assert call("GET", path).json()["id"] == name


@pytest.mark.parametrize("name", ["A", "a.b", "a:b", "x" * 129, "ä"])
def test_any_other_id_is_refused(call, name):
    """Capitals too, unlike those of devices."""
    refused = put(call, a_configuration(name))
    assert error_of(refused)[:2] == (400, "ArgumentInvalid")
    assert call("GET", "/configurations").json() == []


EDGE = {"properties.desired": {"schemaVersion": "1.1"}}
MODULES = "from devices.modules where tags.site = 'x'"


@pytest.mark.parametrize(
    "fields",
    [
        {"content": {"deviceContent": {"properties.desired": {}}}},
        {"content": {"deviceContent": {"properties.desired.a.b": None}, "modulesContent": {}}},
        {"content": {"moduleContent": {"properties.desired.a": 1}}, "targetCondition": MODULES},
        {"content": {"modulesContent": {"$edgeAgent": EDGE, "$edgeHub": EDGE}}},
        {"content": {"modulesContent": {"$edgeAgent": {}, "m": {"properties.desired.a": 1}}}},
        {"targetCondition": None},
        {"priority": "7"},
        {"labels": {"a": 1, "b": None}},
        {"metrics": {"queries": {"on": "select deviceId from devices"}, "results": {"on": 5}}},
        {"contentType": "assignment", "systemMetrics": {"results": {}, "queries": {}}},
    ],
)
def test_what_a_configuration_may_say(call, fields):
    """Full and layered deployments; what the C# SDK sends along; a blank target is none."""
    assert put(call, a_configuration(**fields)).status_code == 200


@pytest.mark.parametrize(
    ("fields", "name"),
    [
        ({"content": None}, "InvalidConfigurationContent"),
        ({"content": {"deviceContent": {}}}, "InvalidConfigurationContent"),
        ({"content": {"deviceContent": {"tags.x": 1}}}, "InvalidConfigurationContent"),
        ({"content": {"moduleContent": {"properties": {}}}}, "InvalidConfigurationContent"),
        ({"content": {"modulesContent": {"$edgeHub": EDGE}}}, "InvalidConfigurationContent"),
        (
            {"content": {"modulesContent": {"$edgeAgent": {}, "m": {"a": 1}}}},
            "InvalidConfigurationContent",
        ),
        ({"content": {"modulesContent": {"$edgeAgent": 1}}}, "InvalidConfigurationContent"),
        (
            {"content": {"deviceContent": EDGE, "modulesContent": {"$edgeAgent": EDGE}}},
            "InvalidConfigurationContent",
        ),
        ({"targetCondition": "properties.desired.x = 1"}, "InvalidConfigurationTargetCondition"),
        ({"targetCondition": MODULES}, "InvalidConfigurationTargetCondition"),
        (
            {"content": {"moduleContent": {"properties.desired.a": 1}}},
            "InvalidConfigurationTargetCondition",
        ),
        ({"metrics": {"queries": {"m": "selec"}}}, "InvalidConfigurationCustomMetricsQuery"),
        ({"priority": 2**31}, "DeserializationError"),
        ({"priority": "high"}, "DeserializationError"),
        ({"priority": 1.5}, "DeserializationError"),
        ({"labels": []}, "DeserializationError"),
    ],
)
def test_what_a_configuration_may_not_say(call, fields, name):
    """400 on creation and on update, and nothing changes."""
    refused = put(call, a_configuration(**fields))
    assert error_of(refused)[:2] == (400, name)
    before = put(call, a_configuration()).json()
    assert error_of(put(call, a_configuration(**fields), If_Match="*"))[1] == name
    assert call("GET", "/configurations").json() == [before]


@pytest.mark.parametrize("body", [[], {"id": "other"}])
def test_a_body_about_something_else_is_refused(call, body):
    """400; an id that is only in the path is enough."""
    assert error_of(call("PUT", "/configurations/c1", body))[:2] == (400, "ArgumentInvalid")
    content = {"content": a_configuration()["content"]}
    assert call("PUT", "/configurations/c1", content).json()["id"] == "c1"


def test_an_edge_deployment_has_metrics_of_its_own(call):
    """What is targeted, applied, reported as done and as failed; of a blank target nothing."""
    content = {"content": {"modulesContent": {"$edgeAgent": EDGE}}}
    shown = put(call, a_configuration(**content, targetCondition="tags.a = 1")).json()
    queries = shown["systemMetrics"]["queries"]
    assert list(queries) == [
        "targetedCount",
        "appliedCount",
        "reportedSuccessfulCount",
        "reportedFailedCount",
    ]
    assert queries["targetedCount"].endswith("where capabilities.iotEdge = true and tags.a = 1")
    assert queries["reportedFailedCount"].endswith("lastDesiredStatus.code != 200")
    blank = put(call, a_configuration("c2", **content, targetCondition="")).json()
    assert blank["systemMetrics"]["queries"]["targetedCount"] == ""


def test_queries_can_be_tried_out(call):
    """200 whatever they are worth; `*` is no condition here, though it is one in a PUT (live)."""
    path = "/configurations/testQueries"
    metrics = {"good": "select deviceId from devices", "bad": "select"}
    good = {"targetCondition": "tags.a = 1", "customMetricQueries": metrics}
    answer = call("POST", path, good)
    assert (answer.status_code, set(answer.json())) == (200, {"customMetricQueryErrors"})
    assert set(answer.json()["customMetricQueryErrors"]) == {"bad"}
    for condition in ("*", "properties.desired.a = 1"):
        assert "targetConditionError" in call("POST", path, {"targetCondition": condition}).json()
    assert error_of(call("POST", path, []))[:2] == (400, "DeserializationError")


def test_who_may_read_may_not_write(running):
    """Registry rights, as for devices."""
    reader, writer = (HubClient(running, name) for name in ("registryRead", "registryReadWrite"))
    with reader, writer:
        assert put(writer, a_configuration()).status_code == 200
        assert reader("GET", "/configurations/c1").status_code == 200
        assert error_of(put(reader, a_configuration(), If_Match="*"))[0] == 401
        assert error_of(reader("DELETE", "/configurations/c1"))[0] == 401


def test_configurations_in_a_file_outlive_the_hub(tmp_path):
    """Every write is in the file; a reset empties it."""
    with Hub("h", data=tmp_path) as hub:
        first = hub.configurations
        first.create(spec("a"))
        first.update(first.create(spec("b")).spec._replace(priority=3), "*")
        first.delete("a", "*")
    with Hub("h", data=tmp_path) as hub:
        (kept,) = hub.configurations.all()
        assert [kept] == first.all()
        assert (kept.id, kept.etag, kept.spec.priority) == ("b", "Mg==", 3)
        hub.reset()
    with Hub("h", data=tmp_path) as hub:
        assert hub.configurations.all() == []


def test_a_reset_forgets_configurations(call):
    """The hub is as new."""
    put(call, a_configuration())
    call("POST", "/_emulator/reset")
    assert call("GET", "/configurations").json() == []
