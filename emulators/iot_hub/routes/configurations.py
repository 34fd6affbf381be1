"""`/configurations`: automatic device management and edge deployments, one by one and as a list.

As with identities a PUT creates without If-Match and updates with it, but only an ETag in quotes
counts as one (live hub): bare, it leads to the misleading 409401.
"""

from typing import Any, Final

from emulators.iot_hub.access import Right
from emulators.iot_hub.conditions import is_metric, is_target_of_devices, is_target_of_modules
from emulators.iot_hub.configuration import Configuration
from emulators.iot_hub.errors import ErrorCode, HubError
from emulators.iot_hub.hub import Hub
from emulators.iot_hub.import_configuration import ConfigurationSpec, read_configuration
from emulators.iot_hub.routes.operation import Answer, Call, Operation, unreadable_body
from emulators.iot_hub.throttle import CONFIGURATIONS
from emulators.iot_hub.tier import STANDARD
from emulators.iot_hub.typed_json import Unreadable, fields, read_object, string, texts


_QUERIES: Final = fields(
    targetCondition=("target_condition", string), customMetricQueries=("metrics", texts)
)


def _list(hub: Hub, _call: Call) -> Answer:
    """Show all: a live hub passes over `?top=`."""
    return Answer([configuration.wire() for configuration in hub.configurations.all()])


def _get(hub: Hub, call: Call) -> Answer:
    return _shown(hub.configurations.find(call.path["id"]))


def _put(hub: Hub, call: Call) -> Answer:
    spec, etag = _spec(call), _if_match(call)
    if etag is None:
        return _shown(hub.configurations.create(spec))
    return _shown(hub.configurations.update(spec, etag))


def _delete(hub: Hub, call: Call) -> Answer:
    hub.configurations.delete(call.path["id"], _if_match(call) or "*")
    return Answer(status=204)


def _test_queries(_hub: Hub, call: Call) -> Answer:
    """Judge a condition and queries, always with 200; `*` is good for a PUT only (live hub)."""
    try:
        read = read_object(call.json, _QUERIES)
    except Unreadable as error:
        raise unreadable_body(error) from error
    condition = read.get("target_condition", "")
    is_target = is_target_of_devices(condition) or is_target_of_modules(condition)
    wrong = {
        name: "The query is not valid"
        for name, query in read.get("metrics", {}).items()
        if not is_metric(query)
    }
    answer: dict[str, Any] = {"customMetricQueryErrors": wrong}
    if condition == "*" or not is_target:
        answer["targetConditionError"] = "The target condition is not valid"
    return Answer(answer)


def _spec(call: Call) -> ConfigurationSpec:
    body: Any = call.json
    configuration_id = call.path["id"]
    if not isinstance(body, dict) or body.get("id", configuration_id) != configuration_id:
        text = "The configuration ID of path and body differ"
        raise HubError(ErrorCode.ArgumentInvalid, text)
    try:
        return read_configuration(body | {"id": configuration_id}).spec
    except Unreadable as error:
        raise unreadable_body(error) from error


def _if_match(call: Call) -> str | None:
    header = call.headers.get("if-match", "")
    return call.if_match if header == "*" or header.startswith('"') else None


def _shown(configuration: Configuration) -> Answer:
    return Answer(configuration.wire(), headers={"etag": f'"{configuration.etag}"'})


_ONE: Final = "/configurations/{id}"

OPERATIONS: Final = tuple(
    Operation(verb, path, right, handler, CONFIGURATIONS, STANDARD)
    for verb, path, right, handler in (
        ("GET", "/configurations", Right.REGISTRY_READ, _list),
        ("POST", "/configurations/testQueries", Right.REGISTRY_READ, _test_queries),
        ("GET", _ONE, Right.REGISTRY_READ, _get),
        ("PUT", _ONE, Right.REGISTRY_WRITE, _put),
        ("DELETE", _ONE, Right.REGISTRY_WRITE, _delete),
    )
)
