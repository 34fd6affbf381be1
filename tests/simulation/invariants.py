"""What must be true whatever happens: I1 to I10, looked at after every step.

Names and numbers are those of docs/reliability.md.
"""

import json
import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Final

from shared.domain.lifecycle import FINAL, HOLDS_SLOT, STEPS, State
from tests.simulation.hub import FakeIotHub, HubJob
from tests.simulation.storage import SIGNATURE
from tests.simulation.world import DEVICE_KEY, World


_FIRST: Final = {"received", "queued", "rejected"}
#: What must leave through nothing but the places that are made for it.
_SECRETS: Final = (DEVICE_KEY, SIGNATURE, "key-of-account")


class Violated(AssertionError):
    """An invariant does not hold."""


class Invariants(logging.Handler):
    """Watches a world, and keeps what is wrong with it."""

    def __init__(self, world: World) -> None:
        super().__init__()
        self.world = world
        #: What is wrong, in words that begin with the invariant.
        self.broken: list[str] = []
        #: Every record as it was written last, by import.
        self.records: dict[str, Mapping[str, Any]] = {}
        self.archived: dict[str, Mapping[str, Any]] = {}
        #: When an import came into the queue, in seconds of the world.
        self.queued: dict[str, float] = {}
        #: Jobs of ours by import.
        self.jobs: dict[str, list[HubJob]] = defaultdict(list)
        #: Devices that bulk calls made.
        self.written: set[str] = set()
        #: Numbers of the events of an import that arrived, without repeats.
        self.events: dict[str, list[int]] = defaultdict(list)
        #: When whoever acts now began, in seconds of the world.
        self.began: Callable[[], float] = world.time
        #: Told of what happens, for whoever watches.
        self.trace: Callable[[str], None] | None = None
        #: What happened, by how often: what was logged, and what only the world knows.
        self.happened: Counter[str] = Counter()
        world.state.watch = self._blob
        world.bus.watch = self._message
        world.refused = self._refused
        for hub in world.hubs.values():
            hub.watch = self._hub_watch(hub)
            hub.registry.watch = self._written

    @property
    def goes_on(self) -> bool:
        """Whether there is an import that is not archived."""
        return any(
            name.startswith("active/") for name in self.world.state.containers.get("state", ())
        )

    def say(self, what: str) -> None:
        """Note that an invariant does not hold."""
        self._tell(f"!! {what}")
        self.broken.append(what)

    def _tell(self, what: str) -> None:
        if self.trace:
            self.trace(what)

    def check(self) -> None:
        """Raise `Violated` if anything is wrong."""
        if self.broken:
            raise Violated("; ".join(self.broken))

    def emit(self, record: logging.LogRecord) -> None:
        """Look at what is logged."""
        text = record.getMessage()
        self.happened[text.partition(" ")[0]] += 1
        self._tell(f"   log: {text}")
        self._keep_secrets("a log", text)

    def left(self, function: str, error: BaseException) -> None:
        """Look at what left a function."""
        self._keep_secrets("an exception", f"{error!r} {error.__cause__!r}")
        self._tell(f"   {function} raised {error!r}")

    def _keep_secrets(self, where: str, text: str) -> None:
        for secret in _SECRETS:
            if secret in text:
                self.say(f"I6 {where} holds a secret")

    def _refused(self, path: str) -> None:
        """Look whether a writer that was told that it lost has lost."""
        state = self.world.state
        blob = state.containers["state"].get(path)
        if blob and blob.author == state.author():
            self.say(f"I9 who wrote {path} was told that somebody else did")

    # What is written

    def _blob(self, path: str, content: bytes | None) -> None:
        folder, _, name = path.removesuffix(".json").rpartition("/")
        if path.startswith("state/"):
            if content is not None:
                self._keep_secrets(path, content.decode())
            if folder == "state/active":
                self._active(name, content)
            elif folder.startswith("state/done/") and content is not None:
                self._done(name, json.loads(content))
        elif path.startswith("reports/") and content:
            self._keep_secrets(path, content.decode())

    def _active(self, import_id: str, content: bytes | None) -> None:
        if content is None:
            if import_id not in self.archived and self.records[import_id]["history"]:
                self.say(f"I1 {import_id} was deleted and is in no archive")
            return
        now, before = json.loads(content), self.records.get(import_id)
        self.records[import_id] = now
        if before is None:
            self._first(now)
        else:
            self._next(before, now)
        self._events_in_order(now)
        if now["state"] == State.STARTING and (before or {}).get("state") != State.STARTING:
            self._starts(now)
        if now["state"] == State.QUEUED and (before or {}).get("state") != State.QUEUED:
            self.queued[import_id] = self.world.seconds
        self._tell(f"   {import_id[:4]} is {now['state']}, revision {now['rev']}")

    def _first(self, now: Mapping[str, Any]) -> None:
        if now["state"] not in _FIRST:
            self.say(f"I4 {now['id']} began as {now['state']}")

    def _next(self, before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
        if now["id"] in self.archived and now["state"] != State.RECEIVED:
            self.say(f"I2 {now['id']} went on after it was archived")
        if now["rev"] <= before["rev"] and now["id"] not in self.archived:
            self.say(f"I4 revision {now['rev']} of {now['id']} follows {before['rev']}")
        old, new = before["history"], now["history"]
        states = [State(before["state"]), *(State(step["state"]) for step in new[len(old) :])]
        steps = all(there in STEPS.get(here, ()) for here, there in pairwise(states))
        if now["id"] in self.archived:
            return
        if new[: len(old)] != old or states[-1] != now["state"] or not steps:
            self.say(f"I4 {now['id']} went {' -> '.join(states)}")

    def _events_in_order(self, now: Mapping[str, Any]) -> None:
        outbox = now["outbox"]
        if [event["seq"] for event in outbox] != list(range(1, len(outbox) + 1)):
            self.say(f"I5 the events of {now['id']} have gaps")
        if State(now["state"]) in FINAL and not (outbox and outbox[-1]["data"]["endedAt"]):
            self.say(f"I5 {now['id']} has ended, and its last event does not say so")
        if any(event["data"]["endedAt"] for event in outbox[:-1]):
            self.say(f"I5 {now['id']} tells of something after its end")

    def _done(self, import_id: str, record: Mapping[str, Any]) -> None:
        self.archived[import_id] = record
        self._tell(f"   {import_id[:4]} is archived as {record['state']}")
        seen = self.events[import_id]
        for event in record["outbox"]:
            if not event["sent_at"] or event["seq"] not in seen:
                self.say(f"I5 event {event['seq']} of {import_id} was archived and never sent")

    # Who may start

    def _starts(self, now: Mapping[str, Any]) -> None:
        import_id, slot = now["id"], now["slot"]
        others = [
            one for one in self.records.values() if one["slot"] == slot and one["id"] != import_id
        ]
        for one in others:
            if State(one["state"]) in HOLDS_SLOT:
                self.say(f"I3 {import_id} starts while {one['id']} is {one['state']}")
            elif one["state"] == State.QUEUED and self._is_overtaken(one, now):
                self.say(f"I7 {import_id} overtakes {one['id']}")
        for job in self.jobs[import_id]:
            self.say(f"I2 attempt {len(now['attempts'])} of {import_id} after job {job.id}")

    def _is_overtaken(self, one: Mapping[str, Any], by: Mapping[str, Any]) -> bool:
        # Whoever began before the other was in the queue could not know.
        return _place(one) < _place(by) and self.queued[one["id"]] < self.began()

    def _hub_watch(self, hub: FakeIotHub) -> Callable[[str, HubJob], None]:
        def watch(what: str, job: HubJob) -> None:
            self._tell(f"   {hub.host} {what} {job.id} {job.container[:8]}…{job.attempt}")
            if what == "created":
                self._created(job)
            elif what == "overlap":
                self._overlaps(hub, job)
            else:
                self.happened["late POST refused"] += 1

        return watch

    def _created(self, job: HubJob) -> None:
        jobs = self.jobs[job.import_id]
        if jobs:
            self.say(f"I2 {job.import_id} has a second job, of attempt {job.attempt}")
        jobs.append(job)
        latest = self.records[job.import_id]["attempts"][-1]["number"]
        if job.attempt != latest:
            self.say(f"I2 attempt {job.attempt} of {job.import_id} begins after attempt {latest}")

    def _written(self, device_id: str) -> None:
        """Look whether a line was applied twice: no two lines name the same device."""
        self._tell(f"   {device_id} is written")
        if device_id in self.written:
            self.say(f"I2 {device_id} is written again")
        self.written.add(device_id)

    def _overlaps(self, hub: FakeIotHub, wanted: HubJob) -> None:
        """Look at a job of ours that nothing but the hub's quota kept from running."""
        for job in hub.jobs.values():
            if job.is_active and job.import_id and not self._is_given_up(job.import_id):
                self.say(f"I3 {wanted.import_id} is asked for while {job.import_id} runs")

    def _is_given_up(self, import_id: str) -> bool:
        """Whether a person was told to look, because others write to the hub too."""
        return State(self.records[import_id]["state"]) is State.NEEDS_ATTENTION

    # What is told

    def _message(self, message_id: str, body: str) -> None:
        self._keep_secrets("a message", body)
        import_id, _, number = message_id.rpartition(":")
        seen = self.events[import_id]
        if int(number) not in seen:
            if int(number) != len(seen) + 1:
                self.say(f"I5 event {number} of {import_id} comes after {seen}")
            seen.append(int(number))
            self._tell(f"   {import_id[:4]} event {number}")


def _place(record: Mapping[str, Any]) -> tuple[str, str]:
    return record["queued_at"], record["id"]
