"""Makes large device files: the same ones for the same seed."""

import base64
import random
from collections.abc import Iterator


def devices_with_keys(lines: int, seed: int = 1) -> Iterator[bytes]:
    """Yield lines of about 340 bytes as the .NET bulk sample writes them."""
    source = random.Random(seed)  # noqa: S311 - made-up keys of made-up devices
    for number in range(lines):
        primary, secondary = (base64.b64encode(source.randbytes(32)) for _ in range(2))
        suffix = source.randbytes(8).hex().encode()
        yield (
            b'{"id":"Hub_%08d_%s","importMode":"create","status":"enabled","authentication":'
            b'{"symmetricKey":{"primaryKey":"%s","secondaryKey":"%s"},"x509Thumbprint":null,'
            b'"type":"sas"},"tags":{"plant":"P%02d","line":%d},"deviceScope":null}\n'
            % (number, suffix, primary, secondary, number % 100, number % 9)
        )


def chunks(lines: Iterator[bytes], size: int = 8 << 20) -> Iterator[bytes]:
    """Yield the same bytes in larger pieces."""
    piece: list[bytes] = []
    held = 0
    for line in lines:
        piece.append(line)
        held += len(line)
        if held >= size:
            yield b"".join(piece)
            piece, held = [], 0
    yield b"".join(piece)
