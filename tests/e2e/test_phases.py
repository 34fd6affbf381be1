"""A file that needs phases goes through the whole stack by itself."""

from tests.builders import a_file, a_line
from tests.e2e.journey import Journey


def scope(device_id: str) -> str:
    return f"ms-azure-iot-edge://{device_id}-638345678901234567"


def test_a_file_of_another_hub_is_imported_parents_first(journey: Journey):
    """One drop, two jobs and one message; the leaf stands below the gateway of this hub."""
    posts = journey.hub().posts()
    edge = {"capabilities": {"iotEdge": True}, "deviceScope": scope("phased-gw")}
    lines = a_file(
        a_line("phased-leaf", deviceScope=scope("phased-gw")), a_line("phased-gw", **edge)
    )
    result = journey.result(journey.drop(lines))
    assert (result["status"], result["counts"]["applied"]) == ("completed", 2)
    assert journey.hub().posts() - posts == 2
    told = {line["deviceId"]: line["code"] for line in journey.report(result)}
    assert told == {"phased-leaf": "scope_translated", "phased-gw": ""}
    assert _scope(journey, "phased-leaf") == _scope(journey, "phased-gw") != scope("phased-gw")


def _scope(journey: Journey, device_id: str) -> str:
    return str(journey.hub()("GET", f"/devices/{device_id}")["deviceScope"])
