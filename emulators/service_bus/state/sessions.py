"""Session locks and session states of one entity.

Azure docs, "Message sessions": one receiver at a time holds a session and every message in it.
"""

import math
from collections.abc import Hashable, Iterator
from dataclasses import dataclass

from emulators.service_bus.state.clock import Clock
from emulators.service_bus.state.refusals import SessionCannotBeLocked, SessionLockLost


@dataclass(slots=True)
class SessionLock:
    """The right of one receiver to a session."""

    owner: Hashable
    until: float  #: seconds since the epoch


@dataclass(frozen=True, slots=True)
class SessionState:
    """What an application keeps with a session."""

    content: bytes
    updated_at: float  #: seconds since the epoch


class Sessions:
    """Who holds which session, and what applications keep with them."""

    def __init__(self, lock_duration: float, clock: Clock) -> None:
        self._lock_duration = lock_duration
        self._clock = clock
        self._locks: dict[str, SessionLock] = {}
        self._states: dict[str, SessionState] = {}

    def accept(self, session_id: str, owner: Hashable) -> None:
        """Give the session to a receiver.

        Raises:
            SessionCannotBeLocked: Another receiver holds it.
        """
        if self.is_locked(session_id):
            raise SessionCannotBeLocked
        self._locks[session_id] = SessionLock(owner, self._clock() + self._lock_duration)

    def release(self, session_id: str, owner: Hashable) -> bool:
        """Take the session back; tell whether the receiver still had it."""
        held = self.is_held_by(session_id, owner)
        if held:
            del self._locks[session_id]
        return held

    def renew(self, session_id: str) -> float:
        """Extend the lock; return when it ends, in seconds since the epoch.

        Raises:
            SessionLockLost: No receiver holds the session any more.
        """
        lock = self._lock(session_id)
        lock.until = self._clock() + self._lock_duration
        return lock.until

    def locked_until(self, session_id: str) -> float:
        """Return when the lock ends, in seconds since the epoch.

        Raises:
            SessionLockLost: No receiver holds the session.
        """
        return self._lock(session_id).until

    def is_locked(self, session_id: str) -> bool:
        """Tell whether some receiver holds the session."""
        lock = self._locks.get(session_id)
        return lock is not None and lock.until > self._clock()

    def is_held_by(self, session_id: str, owner: Hashable) -> bool:
        """Tell whether this receiver holds the session."""
        return self.is_locked(session_id) and self._locks[session_id].owner == owner

    def state(self, session_id: str) -> bytes | None:
        """Return what the application keeps with a session that is locked."""
        self._lock(session_id)
        state = self._states.get(session_id)
        return state.content if state else None

    def set_state(self, session_id: str, content: bytes | None) -> None:
        """Keep something with a session that is locked; None forgets it."""
        self._lock(session_id)
        self._states.pop(session_id, None)
        if content is not None:
            self._states[session_id] = SessionState(content, self._clock())

    def with_state(self, updated_after: float = -math.inf) -> Iterator[str]:
        """Name the sessions whose state was set after a time, in seconds since the epoch."""
        return (name for name, state in self._states.items() if state.updated_at > updated_after)

    def _lock(self, session_id: str) -> SessionLock:
        if not self.is_locked(session_id):
            raise SessionLockLost
        return self._locks[session_id]
