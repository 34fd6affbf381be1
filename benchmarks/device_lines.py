"""Lines of device files, as the tools write them that people use.

A line is made from its number and a source of chance. Lines of one maker look alike, they differ
in their values only; `Mixed` is what comes together in one file over the years.
"""

import base64
import random
from collections import deque
from typing import Final
from uuid import UUID

from benchmarks.mistakes import MISTAKES, make


#: Cities of plants; not all of them are ASCII.
PLANTS: Final = ("Leipzig", "Łódź", "Zürich", "Québec", "東京", "São Paulo", "Αθήνα", "Malmö")
#: How many lines back a repeated device stood.
BACK: Final = 5000
#: Lines with keys, twins, certificates and edge devices in `Mixed`, of 100.
SHARES: Final = (70, 15, 10, 5)
#: Lines of `Mixed` that are wrong, name a device again, or spell the mode in their own way.
WRONG: Final = 0.01
REPEATED: Final = 0.001
RESPELLED: Final = 0.055


def with_keys(number: int, chance: random.Random) -> bytes:
    """Return a line of about 340 bytes as the .NET bulk sample writes them, with some tags."""
    return (
        b'{"id":"Hub_%08d_%s","importMode":"create","status":"enabled","authentication":'
        b'{"symmetricKey":{"primaryKey":"%s","secondaryKey":"%s"},"x509Thumbprint":null,'
        b'"type":"sas"},"tags":{"plant":"P%02d","line":%d},"deviceScope":null}'
        % (number, _uuid(chance), _key(chance), _key(chance), number % 100, number % 9)
    )


def with_twin(number: int, chance: random.Random) -> bytes:
    """Return a line of about 900 bytes as a hub exports a device with its twin."""
    plant, rack = chance.choice(PLANTS).encode(), chance.randrange(400)
    return (
        b'{"id":"line-%d-sensor-%07d","eTag":"%s","status":"enabled","statusReason":"",'
        b'"authentication":{"symmetricKey":{"primaryKey":"%s","secondaryKey":"%s"},'
        b'"x509Thumbprint":{"primaryThumbprint":null,"secondaryThumbprint":null},"type":"sas"},'
        b'"twinETag":"%s","tags":{"site":{"plant":"%s","hall":"H%d","line":%d},"rack":"R-%03d",'
        b'"owner":{"team":"press shop %d","cost":"4%05d"},"installed":"2026-%02d-%02dT08:00:00Z"},'
        b'"properties":{"desired":{"telemetry":{"interval":%d,"unit":"s","compressed":true},'
        b'"thermostat":{"target":%.1f,"hysteresis":0.5,"unit":"C","limits":[%d,%d,95]},'
        b'"firmware":{"version":"2.%d.%d","sha256":"%s","url":"https://files.example/fw-%d.bin"},'
        b'"alarms":[{"name":"hot","above":%d,"enabled":true},'
        b'{"name":"cold","above":%d,"enabled":false}]},"reported":{}},'
        b'"capabilities":{"iotEdge":false}}'
        % (
            *(rack % 12, number, _etag(chance), _key(chance), _key(chance), _etag(chance)),
            *(plant, rack % 5, rack % 12, rack, rack % 7, rack, rack % 12 + 1, rack % 28 + 1),
            *(5 + rack % 55, 18 + rack % 90 / 10, rack % 20, 40 + rack % 9, rack % 10, rack % 30),
            *(chance.randbytes(32).hex().encode(), rack, 60 + rack % 30, rack % 12),
        )
    )


def with_certificate(number: int, chance: random.Random) -> bytes:
    """Return a line of a device with self-signed certificates."""
    first, second = (chance.randbytes(32).hex().upper().encode() for _ in range(2))
    return (
        b'{"id":"robot-%07d","importMode":"createOrUpdate","status":"enabled","statusReason":'
        b'"arm %d","authentication":{"type":"selfSigned","x509Thumbprint":{'
        b'"primaryThumbprint":"%s","secondaryThumbprint":"%s"}}}'
        % (number, number % 40, first, second)
    )


def of_an_edge(number: int, chance: random.Random) -> bytes:
    """Return a line of a device behind an edge device; one in five is such a device itself."""
    scope = b"ms-azure-iot-edge://gateway-%03d-%d" % (number % 500, 6370000000 + number % 500)
    above = b'"capabilities":{"iotEdge":true},"parentScopes":["%s"]' % scope
    below = b'"deviceScope":"%s"' % scope
    return (
        b'{"id":"cell-%07d","importMode":"create","status":"enabled","authentication":{"type":'
        % (number)
        + b'"sas","symmetricKey":{"primaryKey":"%s","secondaryKey":"%s"}},%s}'
        % (
            _key(chance),
            _key(chance),
            below if number % 5 else above,
        )
    )


class Mixed:
    """Lines of all kinds, some of them wrong, repeated or spelled in their own way."""

    def __init__(self) -> None:
        self._earlier: deque[bytes] = deque(maxlen=BACK)

    def __call__(self, number: int, chance: random.Random) -> bytes:
        """Return the next line."""
        (kind,) = chance.choices((with_keys, with_twin, with_certificate, of_an_edge), SHARES)
        line = kind(number, chance)
        lot = chance.random()
        if lot < WRONG:
            return make(chance.choice(MISTAKES), line)
        if lot < WRONG + REPEATED and self._earlier:
            return self._earlier[0]
        self._earlier.append(line)
        return line.replace(b'"create"', b'"Create"') if lot > 1 - RESPELLED else line


def _key(chance: random.Random) -> bytes:
    return base64.b64encode(chance.randbytes(32))


def _etag(chance: random.Random) -> bytes:
    return base64.b64encode(b"%09d" % chance.randrange(10**9))


def _uuid(chance: random.Random) -> bytes:
    return str(UUID(bytes=chance.randbytes(16), version=4)).encode()
