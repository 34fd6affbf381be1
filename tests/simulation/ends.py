"""What must be true when nothing happens any more: the invariants that only the end can tell."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from shared.domain.lifecycle import State
from tests.simulation.faults import MOST_STALE
from tests.simulation.hub import COMPLETED
from tests.simulation.invariants import Invariants
from tests.simulation.registry import FULL
from tests.simulation.world import BEGIN, CONTAINER, Way


#: Reasons not to complete that a file gives, a person, or a world that is bad for too long.
_EXCUSES: Final = frozenset(
    {"no_good_line", "superseded", "cancelled", "deadlettered", "start_unanswered"}
)
#: Those of them with which an import may have a job.
_WITH_A_JOB: Final = frozenset({"cancelled"})
#: Codes of lines of which the app says that it does not know.
_OPEN_ENDS: Final = frozenset({"cancelled", "answer_lost"})
#: Seconds by which a clock that was put right may still be wrong.
_CLOSE: Final = 3.0


def look_at_the_end(seen: Invariants) -> None:
    """Look at a world in which nothing happens any more."""
    for name, blob in seen.world.state.containers[CONTAINER].items():
        etag = blob.etag
        known = [one for one in seen.archived.values() if _is_of(one, name, etag)]
        if len(known) != 1:
            seen.say(f"I1 version {etag} of {name} has {len(known)} archived records")
    for import_id in seen.records.keys() - seen.archived.keys():
        seen.say(f"I1 {import_id} never ended: {seen.records[import_id]['state']}")
    for container in seen.world.exchange.containers:
        seen.say(f"I10 {container} is left behind")
    _state_is_tidy(seen)
    for record in seen.archived.values():
        _explained(seen, record)
        _lines_add_up(seen, record)


def _state_is_tidy(seen: Invariants) -> None:
    for name, blob in seen.world.state.containers.get("state", {}).items():
        if name.startswith("active/"):
            seen.say(f"I10 {name} is left behind")
        if name.startswith(("runs/", "outcomes/")):
            seen.say(f"I10 {name} is left behind")
        if name.startswith("slots/") and json.loads(blob.content)["import_id"]:
            seen.say(f"I10 {name} is held")


def _explained(seen: Invariants, record: Mapping[str, Any]) -> None:
    """Look whether an import that did not complete has met what explains it."""
    jobs, state = seen.jobs[record["id"]], record["state"]
    reason = (record["reason"] or {}).get("code", "")
    if state == State.COMPLETED:
        if seen.world.way is not Way.CALLS and [job.status for job in jobs] != [COMPLETED]:
            seen.say(f"I2 {record['id']} completed by {len(jobs)} jobs")
    elif reason in {"unclear_start", "outcome_missing", "job_missing"} or reason.startswith(
        "job_"
    ):
        ended = [job for job in jobs if job.status != COMPLETED]
        by_hand = seen.world.way is Way.CALLS and record["cancel_asked_at"]
        if not ended and not by_hand and not _foreign_jobs(seen, record):
            seen.say(f"I1 {record['id']} is {state} for {reason}, which nothing explains")
    elif reason not in _EXCUSES:
        seen.say(f"I1 {record['id']} is {state} for {reason!r}")
    elif jobs and reason not in _WITH_A_JOB:
        seen.say(f"I1 {record['id']} is {state} for {reason}, and has a job")


def _foreign_jobs(seen: Invariants, record: Mapping[str, Any]) -> bool:
    """Tell whether somebody else started an import job while this one was being started."""
    hub = seen.world.hubs.get(record["slot"])
    others = [job for job in (hub.jobs.values() if hub else ()) if not job.import_id]
    begin = _seconds(record["attempts"][0]["claimed_at"]) - MOST_STALE - _CLOSE
    end = _seconds(record["since"])
    return any(
        job.kind == "import" and begin <= job.statuses[0][0] <= end + _CLOSE for job in others
    )


def _seconds(time: str) -> float:
    return (datetime.fromisoformat(time) - BEGIN).total_seconds()


def _lines_add_up(seen: Invariants, record: Mapping[str, Any]) -> None:
    counts, source = record["counts"], record["source"]
    if counts["total"] != counts["accepted"] + counts["rejected"] + counts["skipped"]:
        seen.say(f"I8 the lines of {record['id']} do not add up: {counts}")
    if source["container"] != CONTAINER or record["task"] != "import":
        return
    reports = seen.world.state.containers.get("reports", {})
    report = reports[f"{record['id']}/report.ndjson"].content.splitlines()
    told = [json.loads(line) for line in report]
    if [line["line"] for line in told] != list(range(1, counts["total"] + 1)):
        seen.say(f"I8 the report of {record['id']} has other lines than the file")
    for outcome in ("applied", "failed", "rejected"):
        if sum(line["outcome"] == outcome for line in told) != counts[outcome]:
            seen.say(f"I8 the report of {record['id']} says otherwise than {counts}")
    _as_the_hub_did(seen, record, told)


def _as_the_hub_did(
    seen: Invariants, record: Mapping[str, Any], told: list[Mapping[str, Any]]
) -> None:
    """Look whether lines are said to be applied that were, by a job or by calls.

    By calls these are exactly those that are there, but for calls that were under way when their
    import was cancelled, and lines whose answers got lost again and again; these say so.
    """
    sent = {json.loads(line)["id"] for job in seen.jobs[record["id"]] for line in job.lines}
    for line in told:
        device_id, outcome = line["deviceId"], line["outcome"]
        by_call = _goes_by_call(seen, device_id)
        is_there = device_id in (seen.written if by_call else sent)
        if outcome == "applied" and not is_there:
            seen.say(f"I8 {device_id} is said to be applied, and never was")
        is_open = not by_call or outcome == "rejected" or line["code"] in _OPEN_ENDS
        if outcome != "applied" and is_there and not is_open:
            seen.say(f"I8 {device_id} was applied, and is said to be {outcome}")


def _goes_by_call(seen: Invariants, device_id: str | None) -> bool:
    way = seen.world.way
    return way is Way.CALLS or (way is Way.BOTH and str(device_id).startswith(FULL))


def _is_of(record: Mapping[str, Any], name: str, etag: str) -> bool:
    source = record["source"]
    return (source["name"], source["etag"]) == (name, etag)
