"""Links on which a client receives the messages of one session.

The client names a session in a filter of the source, or asks for any with null there; the broker
answers with the session and the end of its lock (SDK: `create_source`, `on_attach`).
"""

from typing import Any, Final

from proton import Link, Sender, symbol

from emulators.service_bus.amqp.links import detach, mirror, refuse
from emulators.service_bus.amqp.outgoing import Outgoing
from emulators.service_bus.state.clock import Clock
from emulators.service_bus.state.refusals import NoSessionInTime, NotAllowed, SessionLockLost
from emulators.service_bus.state.session_store import SessionStore


SESSION_FILTER: Final = symbol("com.microsoft:session-filter")
LOCKED_UNTIL: Final = symbol("com.microsoft:locked-until-utc")
TIMEOUT: Final = symbol("com.microsoft:timeout")

#: Milliseconds that a client waits for any session when it does not say how long (SDK docs: 65 s).
DEFAULT_WAIT: Final = 60_000
#: .NET's DateTime on the wire: ticks of 100 ns since the year 1.
EPOCH_TICKS: Final = 621_355_968_000_000_000
TICKS_PER_SECOND: Final = 10_000_000


class SessionOutgoing(Outgoing):
    """Delivers the messages of a session while the client holds it."""

    def __init__(self, link: Sender, store: SessionStore, clock: Clock) -> None:
        super().__init__(link, store)
        self._sessions = store
        self._clock = clock
        self._session_id: str | None = None
        wait = (link.remote_properties or {}).get(TIMEOUT, DEFAULT_WAIT)
        self._patience_ends = clock() + wait / 1000

    def open(self) -> None:
        """Open the link if the client names a session; else it opens when one comes free.

        Raises:
            NotAllowed: The client does not know about sessions.
            SessionCannotBeLocked: Another client holds the session.
        """
        filters = source_filters(self._link)
        if SESSION_FILTER not in filters:
            message = (
                "It is not possible for an entity that requires sessions to create a "
                "non-sessionful message receiver."
            )
            raise NotAllowed(message)
        if (wanted := filters[SESSION_FILTER]) is not None:
            self._open_session(str(wanted))

    def deliver(self) -> bool:
        """Send the next message of the session; find one first, if need be."""
        if self._link.state & Link.LOCAL_CLOSED:
            return False
        if self._session_id is None:
            self._seek()
            return False
        if not self._sessions.sessions.is_held_by(self._session_id, self):
            detach(self._link, SessionLockLost())
            return False
        return super().deliver()

    def close(self) -> None:
        """Give the session back."""
        if self._session_id is not None:
            self._sessions.release_session(self._session_id, self)

    def _row(self) -> str | None:
        return self._session_id

    def _seek(self) -> None:
        session_id = self._sessions.next_session()
        if session_id is not None:
            self._open_session(session_id)
        elif self._clock() >= self._patience_ends:
            refuse(self._link, NoSessionInTime())

    def _open_session(self, session_id: str) -> None:
        self._sessions.sessions.accept(session_id, self)
        self._session_id = session_id
        until = self._sessions.sessions.locked_until(session_id)
        mirror(self._link)
        self._link.source.filter.clear()
        self._link.source.filter.put_object({SESSION_FILTER: session_id})
        self._link.properties = {LOCKED_UNTIL: EPOCH_TICKS + int(until * TICKS_PER_SECOND)}
        self._link.open()


def source_filters(link: Link) -> dict[Any, Any]:
    """Return the filters of a client's source, without their descriptors."""
    data = link.remote_source.filter
    data.rewind()
    found = data.get_object() if data.next() else None
    return {name: getattr(value, "value", value) for name, value in (found or {}).items()}
