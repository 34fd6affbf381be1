"""A hub in memory that makes scopes of its own, and refuses those that it did not make."""

import json
from typing import Any

from shared.domain.import_errors import LineError
from tests.builders import a_file, a_line
from tests.fakes.hub import FakeScopes
from tests.fakes.world import World


EDGE = {"capabilities": {"iotEdge": True}}
GENERATION = "999"


def scope(device_id: str, generation: str = "638000000000000001") -> str:
    """Return a scope; as another hub made it, if no generation is named."""
    return f"ms-azure-iot-edge://{device_id}-{generation}"


#: Three levels in the wrong order, from another hub.
FAMILY = a_file(
    a_line("leaf", deviceScope=scope("sub")),
    a_line("sub", deviceScope=scope("sub"), parentScopes=[scope("gw")], **EDGE),
    a_line("sub", moduleId="m"),
    a_line("plain"),
    a_line("gw", deviceScope=scope("gw"), **EDGE),
    a_line("near", deviceScope=scope("gw")),
)


class EdgeWorld(World):
    """The app with such a hub."""

    def __init__(self) -> None:
        super().__init__()
        self.scopes = FakeScopes()
        self.hub.scopes = self.scopes
        #: What the hub has, by id.
        self.devices: dict[str, dict[str, Any]] = {}
        #: The ids that each job was given, in their order.
        self.jobs: list[list[str]] = []
        #: Devices that the hub refuses, whatever they are.
        self.refused: set[str] = set()

    def run_job(self) -> None:
        """Let the hub go through the running job, if there is one."""
        if any(job.takes_slot for job in self.hub.jobs.values()):
            ref = self.hub.posts[-1]
            content = self.hub.exchange[ref.import_id, ref.number]
            lines = [json.loads(line) for line in content.splitlines()]
            self.jobs.append([line["id"] for line in lines])
            self.hub.finish(*filter(None, map(self._apply, lines)))

    def go_on(self) -> None:
        """Fire the timer, deliver tickets, and let the hub work."""
        self.tick()
        self.run_job()
        self.clock.move(seconds=60)

    def go_through(self, import_id: str) -> None:
        """Go on until the import has ended and is told."""
        for _ in range(60):
            if import_id in self.records.archived:
                return
            self.go_on()
        message = f"{import_id} is {self.record(import_id).state} still"
        raise AssertionError(message)

    def report(self, import_id: str) -> list[tuple[int, str, str, str]]:
        """Return line, device, outcome and code of each line of the report."""
        lines = map(json.loads, self.work.lines(f"reports/{import_id}/report.ndjson"))
        return [(x["line"], x["deviceId"], x["outcome"], x["code"]) for x in lines]

    def _apply(self, line: dict[str, Any]) -> LineError | None:
        device_id, module_id = line["id"], line.get("moduleId")
        if device_id in self.refused and not module_id:
            return LineError(device_id, None, "DeviceAlreadyExists", "is there")
        if module_id:
            is_there = device_id in self.devices
            error = LineError(device_id, module_id, "DeviceNotFound", "is not there")
            return None if is_there else error
        is_edge = (line.get("capabilities") or {}).get("iotEdge")
        named = line.get("parentScopes") or () if is_edge else (line.get("deviceScope"),)
        if not all(one in self.scopes.known.values() for one in named if one):
            return LineError(device_id, None, "InvalidDeviceScope", "is of no edge device")
        self.devices[device_id] = line
        if is_edge:
            self.scopes.known.setdefault(device_id, scope(device_id, GENERATION))
        return None
