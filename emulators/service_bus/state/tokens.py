"""Which tokens open which entities.

Azure docs, "Service Bus access control with Shared Access Signatures": the signature is an
HMAC-SHA256 over the URL-encoded resource, a line feed, and the expiry; a token for a path opens
what is below it.
"""

import base64
import hmac
import urllib.parse
from dataclasses import dataclass
from typing import Final

from emulators.service_bus.state.clock import Clock
from emulators.service_bus.state.refusals import Unauthorized


SAS_SCHEME: Final = "SharedAccessSignature "
JWT_PARTS: Final = 3


def covers(audience: str, path: str) -> bool:
    """Tell whether an audience takes in the path of an entity; "" takes in the namespace."""
    return audience == "" or f"{path}/".lower().startswith(f"{audience}/".lower())


def entity_path(address: str) -> str:
    """Return the path of an entity in an address or an audience, which may be whole URLs."""
    return urllib.parse.urlsplit(address).path.strip("/") if "://" in address else address


@dataclass(frozen=True, slots=True)
class Authority:
    """The one access rule of the namespace; it grants all rights."""

    key_name: str
    key: str
    clock: Clock

    def check(self, token: str, path: str) -> None:
        """Let a token pass.

        A JSON web token passes by its shape: there is nobody here who could have signed it.

        Raises:
            Unauthorized: It is no token of ours, has expired, or is for something else.
        """
        if token.startswith(SAS_SCHEME):
            self._check_signature(token.removeprefix(SAS_SCHEME), path)
        elif not _looks_like_jwt(token):
            message = "InvalidToken: The token is neither a SAS token nor a JSON web token."
            raise Unauthorized(message)

    def _check_signature(self, token: str, path: str) -> None:
        fields = dict(pair.partition("=")[::2] for pair in token.split("&"))
        resource, expiry = fields.get("sr", ""), fields.get("se", "")
        signed = hmac.digest(self.key.encode(), f"{resource}\n{expiry}".encode(), "sha256")
        signature = urllib.parse.unquote(fields.get("sig", "")).encode()
        if fields.get("skn") != self.key_name or not hmac.compare_digest(
            base64.b64encode(signed), signature
        ):
            message = "InvalidSignature: The token has an invalid signature."
            raise Unauthorized(message)
        if not expiry.isdecimal() or int(expiry) <= self.clock():
            message = "ExpiredToken: The token has expired."
            raise Unauthorized(message)
        if not covers(entity_path(urllib.parse.unquote_plus(resource)), path):
            message = f"InvalidAudience: The token is not for '{path}'."
            raise Unauthorized(message)


def _looks_like_jwt(token: str) -> bool:
    parts = token.split(".")
    return len(parts) == JWT_PARTS and all(parts)
