"""What notices that somebody opens a socket, or asks for a token."""

import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest
from azure.core.credentials import AccessToken


@dataclass
class Noticed:
    """Hosts that were looked up or connected to, and what tokens were asked for."""

    sockets: list[Any] = field(default_factory=list)
    tokens: list[tuple[str, ...]] = field(default_factory=list)

    def get_token(self, *scopes: str, **_options: Any) -> AccessToken:
        """Return a token, as a credential does."""
        self.tokens.append(scopes)
        return AccessToken("a token", int(time.time()) + 3600)

    def _refuse(self, *address: Any, **_options: Any) -> Any:
        self.sockets.append(address)
        message = "no socket may be opened"
        raise OSError(message)


@contextmanager
def guarded() -> Iterator[Noticed]:
    """Refuse every socket and name while the block goes on, and note who wanted one."""
    noticed = Noticed()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket, "getaddrinfo", noticed._refuse)  # noqa: SLF001 - its other half
        patch.setattr(socket.socket, "connect", noticed._refuse)  # noqa: SLF001
        patch.setattr(socket.socket, "connect_ex", noticed._refuse)  # noqa: SLF001
        yield noticed
