"""Secrets that are planted to see whether they come out somewhere. Each is made but once."""

import base64
import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote


#: So much of a secret is enough to say that it came out.
_PART: Final = 12


@dataclass
class Canaries:
    """All secrets of one run, by what they are and where they are planted."""

    planted: dict[str, str] = field(default_factory=dict)

    def key(self, where: str, size: int = 32) -> str:
        """Return the key of a device, of so many bytes, in base64."""
        return self._plant(where, base64.b64encode(_bytes(where, size)).decode())

    def sas(self, where: str) -> str:
        """Return an address with a shared access signature."""
        signature = self._plant(where, base64.b64encode(_bytes(where, 32)).decode())
        return (
            "https://plant.blob.core.windows.net/imp-x-a1/devices.txt?sv=2024-11-04&sp=rl&sr=c"
            f"&sig={quote(signature, safe='')}&se=2026-01-01T00%3A00%3A00Z"
        )

    def hub_sas(self, where: str) -> str:
        """Return a token of a hub."""
        signature = self._plant(where, base64.b64encode(_bytes(where, 32)).decode())
        return f"SharedAccessSignature sr=hub&sig={quote(signature, safe='')}&se=1&skn=owner"

    def hub_connection(self, where: str) -> str:
        """Return the connection string of a hub."""
        return f"HostName=hub;SharedAccessKeyName=owner;SharedAccessKey={self.key(where)}"

    def storage_connection(self, where: str) -> str:
        """Return the connection string of a storage account."""
        return f"AccountName=plant;AccountKey={self.key(where, 64)};EndpointSuffix=x"

    def bearer(self, where: str) -> str:
        """Return an opaque token as it stands in a header."""
        return f"Authorization: Bearer {self._plant(where, _hex(where))}"

    def token(self, where: str) -> str:
        """Return a token of Entra ID."""
        claims = base64.urlsafe_b64encode(_bytes(where, 30)).decode()
        return f"eyJhbGciOiJub25lIn0.{self._plant(where, claims)}.c2ln"

    def pem(self, where: str) -> str:
        """Return a private key as it stands in a file, over several lines."""
        body = self._plant(where, _hex(where))
        return f"-----BEGIN PRIVATE KEY-----\n{body}\n-----END PRIVATE KEY-----"

    def code(self, where: str) -> str:
        """Return the address of a function, with its key."""
        return f"https://plant.azurewebsites.net/api/x?code={self._plant(where, _hex(where))}"

    def word(self, where: str) -> str:
        """Return a secret that looks like nothing."""
        return self._plant(where, f"w{_hex(where)[:30]}")

    def _plant(self, where: str, secret: str) -> str:
        assert where not in self.planted, f"{where} is planted twice"
        self.planted[where] = secret
        return secret

    def found_in(self, text: str) -> dict[str, str]:
        """Return the secrets of which a part is in a text, with the words around it."""
        plain = f"{text}\n{unquote(text)}"
        return {
            where: plain[max(0, at - 60) : at + 60]
            for where, secret in self.planted.items()
            if (at := next((at for part in _parts(secret) if (at := plain.find(part)) >= 0), -1))
            >= 0
        }


def _parts(secret: str) -> Iterator[str]:
    return (secret[at : at + _PART] for at in range(len(secret) - _PART + 1))


def _bytes(where: str, size: int) -> bytes:
    return hashlib.shake_256(where.encode()).digest(size)


def _hex(where: str) -> str:
    # No letter behind f, and a word in front: neither base64 nor anything else that is known.
    return re.sub("[0-9]", lambda one: "ghijklmnop"[int(one[0])], _bytes(where, 20).hex())
