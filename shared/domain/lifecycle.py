"""The life of an import, as one table. Nothing else knows which state may follow which.

    received ─▶ validated ─▶ queued ─▶ starting ─▶ running ─▶ completed | failed | cancelled
        └─▶ rejected  ├─▶ held ┘ ▲ ▲       │          ├─▶ retrying ─▶ running
                      │          │ └───────┘ slot busy, throttled, attempt proven void
                      ├─▶ arranging ◀──────────────────┘ the lines of the next phase
                      └─▶ completed, if the file asks for a dry run

`needs_attention` is where an import goes that no machine should decide about. An import of which
the target knows nothing is cancelled at once; else the target says when it is.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from shared.domain.errors import IllegalStep


class State(StrEnum):
    """Where an import stands."""

    RECEIVED = "received"  #: the file was noticed
    REJECTED = "rejected"  #: no line may go on
    VALIDATED = "validated"  #: the good lines are laid out
    HELD = "held"  #: waits for an approval
    QUEUED = "queued"  #: waits for the target's slot
    ARRANGING = "arranging"  #: the lines of its next phase are laid out, with the hub's scopes
    STARTING = "starting"  #: holds the slot, may have asked the target
    RUNNING = "running"  #: the target said which job it is
    RETRYING = "retrying"  #: single lines are tried once more
    COMPLETED = "completed"  #: the job went through every line; single lines may have failed
    FAILED = "failed"  #: the job as a whole failed, or could not be started
    CANCELLED = "cancelled"  #: someone cancelled the import, or its job
    NEEDS_ATTENTION = "needs_attention"  #: a person must look


_ENDS: Final = {State.COMPLETED, State.FAILED, State.CANCELLED, State.NEEDS_ATTENTION}

#: Every step an import may take. A state that is no key here is final.
STEPS: Final[Mapping[State, frozenset[State]]] = {
    State.RECEIVED: frozenset({State.VALIDATED, State.REJECTED, State.CANCELLED}),
    State.VALIDATED: frozenset(
        {State.QUEUED, State.HELD, State.ARRANGING, State.COMPLETED, State.CANCELLED}
    ),
    State.HELD: frozenset({State.QUEUED, State.CANCELLED}),
    State.QUEUED: frozenset({State.STARTING, State.FAILED, State.CANCELLED}),
    State.ARRANGING: frozenset({State.QUEUED, *_ENDS}),
    State.STARTING: frozenset(
        {State.QUEUED, State.RUNNING, State.FAILED, State.CANCELLED, State.NEEDS_ATTENTION}
    ),
    State.RUNNING: frozenset({State.RETRYING, State.ARRANGING, *_ENDS}),
    State.RETRYING: frozenset({State.RUNNING, State.ARRANGING, *_ENDS}),
}

#: The states in which nothing more happens than that the result is published.
FINAL: Final = frozenset(State) - STEPS.keys()

#: The states in which an import holds its target's slot.
HOLDS_SLOT: Final = frozenset({State.STARTING, State.RUNNING, State.RETRYING})


def check_step(here: State, there: State) -> None:
    """Let only the steps of the table pass.

    Raises:
        IllegalStep: The table has no way from `here` to `there`.
    """
    if there not in STEPS.get(here, ()):
        message = f"{here} -> {there}"
        raise IllegalStep(message)
