"""The hubs themselves: lists, descriptions, counts and quotas."""

from typing import Final

from emulators.iot_hub.arm import wire_shapes
from emulators.iot_hub.arm.operation import GROUP, SUBSCRIPTION, Operation, Request
from emulators.iot_hub.routes.operation import Answer


def _list(request: Request) -> Answer:
    management = request.management
    shown = [wire_shapes.hub(running, management) for running in management.hubs.values()]
    return Answer({"value": shown})


def _get(request: Request) -> Answer:
    return Answer(wire_shapes.hub(request.hub, request.management))


def _statistics(request: Request) -> Answer:
    return Answer(wire_shapes.statistics(request.hub.hub))


def _quota_metrics(request: Request) -> Answer:
    metrics = wire_shapes.quota_metrics(request.hub.hub)
    return Answer({"value": [request.contract.spelled(metric) for metric in metrics]})


OPERATIONS: Final = (
    Operation("GET", "/IotHubs", _list, (GROUP, SUBSCRIPTION)),
    Operation("GET", "/IotHubs/{hub}", _get),
    Operation("GET", "/IotHubs/{hub}/IotHubStats", _statistics),
    Operation("GET", "/IotHubs/{hub}/quotaMetrics", _quota_metrics),
)
