"""A store whose messages are received session by session.

Azure docs, "Message sessions": the lock on a session is an umbrella for the locks on its messages;
the table "Impact of delivery count" says which ways of ending it count as a failed delivery.
"""

from collections.abc import Hashable, Iterable
from typing import ClassVar
from uuid import UUID

from emulators.service_bus.config import DeliveryProperties
from emulators.service_bus.state.brokered import BrokeredMessage, State
from emulators.service_bus.state.clock import Clock
from emulators.service_bus.state.refusals import NotAllowed, Refused, SessionLockLost
from emulators.service_bus.state.sessions import Sessions
from emulators.service_bus.state.settlement import NO_SESSION
from emulators.service_bus.state.store import Store


class SessionStore(Store):
    """Messages in one row per session; whoever holds a session receives its row."""

    lock_lost: ClassVar[type[Refused]] = SessionLockLost

    def __init__(
        self, name: str, properties: DeliveryProperties, clock: Clock, dead_letters: Store
    ) -> None:
        super().__init__(name, properties, clock, dead_letters)
        self.sessions = Sessions(self._lock_duration, clock)

    def next_session(self) -> str | None:
        """Name the session with the oldest message among those that nobody holds."""
        self.advance()
        waiting = self._available.sessions()
        return next((name for name in waiting if not self.sessions.is_locked(name)), None)

    def renew(self, token: UUID) -> float:
        """Refuse: the lock on a session is renewed, not those on its messages.

        Raises:
            NotAllowed: Always.
        """
        message = f"The lock {token} belongs to a session; renew the session."
        raise NotAllowed(message)

    def renew_session(self, session_id: str) -> float:
        """Extend the lock on a session and its messages; return when it ends.

        Raises:
            SessionLockLost: No receiver holds the session any more.
        """
        self.advance()
        until = self.sessions.renew(session_id)
        for brokered in self._locked_in(session_id):
            self._extend(brokered, until)
        return until

    def release_session(self, session_id: str, owner: Hashable) -> None:
        """End a receiver's hold; what it had locked counts as not delivered."""
        self.advance()
        if self.sessions.release(session_id, owner):
            for brokered in self._locked_in(session_id):
                self._unlock(brokered, failed=False)

    def session_ids(self) -> set[str]:
        """Name the sessions with active messages or a state."""
        active = {one.message.session_id for one in self.browse() if one.state is State.ACTIVE}
        return {*self.sessions.with_state(), *filter(None, active)}

    def _keep(self, brokered: BrokeredMessage) -> None:
        super()._keep(brokered)
        if brokered.message.session_id is None:
            # A queue refuses such a message at its door; a subscription gets it from its topic.
            self._available.remove(None, brokered.sequence_number)
            self._dead_letter(brokered, NO_SESSION)

    def _row_of(self, brokered: BrokeredMessage) -> str | None:
        return brokered.message.session_id

    def _lock_end(self, brokered: BrokeredMessage) -> float:
        return self.sessions.locked_until(brokered.message.session_id or "")

    def _locked_in(self, session_id: str) -> Iterable[BrokeredMessage]:
        return [one for one in self._locked.values() if one.message.session_id == session_id]
