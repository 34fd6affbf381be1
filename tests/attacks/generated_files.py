"""Device files that begin as good ones and are then spoilt; all follows from two numbers."""

import gzip
import io
import json
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.builders import a_file


KEY: Final = "MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDE="
_PRINT: Final = "0123456789abcdef0123456789abcdef01234567"
_SCOPE: Final = "ms-azure-iot-edge://edge-1"
_KEYS: Final = {"symmetricKey": {"primaryKey": KEY, "secondaryKey": KEY}}
_PRINTS: Final = {"x509Thumbprint": {"primaryThumbprint": _PRINT}}

#: What a line may say beside its id.
_MEMBERS: Final[Sequence[Mapping[str, Any]]] = (
    {},
    {"status": "enabled", "importMode": "create"},
    {"status": "disabled", "statusReason": "Łódź"},
    {"authentication": {"type": "sas", **_KEYS}},
    {"authentication": {"type": "selfSigned", **_PRINTS}, "importMode": "update"},
    {"moduleId": "m"},
    {"moduleId": "$edgeHub"},
    {"tags": {"plant": "A", "line": {"no": 7}}, "importMode": "updateTwin"},
    {"properties": {"desired": {"interval": 5, "on": True}}},
    {"capabilities": {"iotEdge": True}},
    {"deviceScope": _SCOPE, "parentScopes": [_SCOPE]},
    {"eTag": "MQ==", "importMode": "deleteIfMatchETag"},
)
_HEADERS: Final = (
    "id,status",
    "id;status;tags.plant",
    "deviceId\timportMode",
    "id,primaryKey,secondaryKey",
    "id,desired.interval,iotEdge",
    "ID,x",
)
_CELLS: Final = ("enabled", "", "create", KEY, "7", '"a,b"', "TRUE", "'=1", "Łódź", '"x\ny"')
_IDENTIFIERS: Final = ("SN1,rack 1", "490154203237518", "Contoso,Book,S1", "Contoso,Book,S2")
_GRAPH: Final[Sequence[Mapping[str, Any]]] = (
    {"importedDeviceIdentifier": "S1"},
    {"importedDeviceIdentifier": "S2", "importedDeviceIdentityType": "serialNumber"},
)
_CONFIGURATIONS: Final[Sequence[Mapping[str, Any]]] = (
    {"id": "fast", "content": {}, "targetCondition": "*", "priority": 1},
    {"id": "slow", "importMode": "createOrUpdateIfMatchETag"},
)
#: Bytes that mean something to one of the formats, or to nobody.
_PIECES: Final = (
    *(b"{", b"}", b"[", b"]", b'"', b",", b";", b"|", b":", b"\\", b" ", b"\t", b"%s", b"{0}"),
    *(b"\n", b"\r", b"\r\n", b"\0", b"\x1b[2J", b"\x85", b"\xe2\x80\xa8", b"\xe2\x80\xae"),
    *(b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xef\xbb\xbf", b"\xfe\xff", b"\x1f\x8b\x08", b"PK\3\4"),
    *(
        b"NaN",
        b"1e999",
        b"-0",
        b"9" * 400,
        b"null",
        b"true",
        b'"\\ud800"',
        b'"\\u0000"',
        b"[" * 99,
    ),
    *(b'"id":"a",', b'"ID":"a",', b'"tags":{"a.b":{}},', b'"$version":1,', b'"__proto__":{},'),
    *(b"{}", b"[]", b"[{", b"}]", b'{"a":1}', b"<?xml", b"%PDF-", b"../", b"x" * 1025),
)
#: Names, mostly such that are taken.
_NAMES: Final = (
    *("factory-a/x.txt", "factory-a/x.ndjson", "factory-a/x.json", "factory-a/x.csv"),
    *("factory-a/x.csv.gz", "factory-a/x", "x.txt", "intune/x.csv", "intune/x.json"),
    *("factory-a/configurations.txt", "factory-a/a.configurations.json", "nowhere/x.txt"),
)
_METADATA: Final[Sequence[Mapping[str, str]]] = (
    *({}, {}, {}, {}, {"importmode": "create"}, {"status": "disabled"}, {"strict": "true"}),
    *({"dryrun": "true"}, {"importMode": "\xff\x85"}, {"strict": "maybe", "x": "y" * 99}),
)


@dataclass(frozen=True, slots=True)
class GeneratedFile:
    """A file that somebody might drop."""

    name: str
    content: bytes
    metadata: Mapping[str, str]


def generate(seed: int, case: int) -> GeneratedFile:
    """Return the file of a case; the same each time."""
    chance = random.Random(f"{seed}-{case}")  # noqa: S311 - a file can be had again
    content = chance.choice(_FORMATS)(chance)
    for _ in range(chance.choice((0, 0, 1, 1, 2, 6))):
        content = spoilt(content, chance)
    if chance.random() < 1 / 8:
        content = gzip.compress(content, 1, mtime=0)
        if chance.random() < 1 / 2:
            content = spoilt(content, chance)
    return GeneratedFile(chance.choice(_NAMES), content, chance.choice(_METADATA))


def spoilt(content: bytes, chance: random.Random) -> bytes:
    """Return the content with one thing changed."""
    return chance.choice(_SPOIL)(content, chance)


def _devices(chance: random.Random) -> list[bytes]:
    lines = []
    for _ in range(chance.randrange(1, 5)):
        members = {"id": f"d{chance.randrange(5)}", **chance.choice(_MEMBERS)}
        lines.append(json.dumps(members, ensure_ascii=chance.random() < 1 / 2).encode())
    return lines


def _objects(some: Sequence[Mapping[str, Any]], chance: random.Random) -> list[bytes]:
    return [json.dumps(chance.choice(some)).encode() for _ in range(chance.randrange(1, 4))]


def _ndjson(chance: random.Random) -> bytes:
    return a_file(*_devices(chance))


def _array(chance: random.Random) -> bytes:
    return b"[%s]" % chance.choice((b",", b",\n")).join(_devices(chance))


def _table(chance: random.Random) -> bytes:
    header = chance.choice(_HEADERS)
    delimiter = next((one for one in ",;\t" if one in header), ",")
    width = header.count(delimiter)
    text = io.StringIO(f"{header}\n")
    text.seek(0, 2)
    for number in range(chance.randrange(1, 5)):
        cells = (f"d{number}", *(chance.choice(_CELLS) for _ in range(width)))
        text.write(delimiter.join(cells) + "\n")
    return text.getvalue().encode()


def _identifiers(chance: random.Random) -> bytes:
    return "".join(f"{chance.choice(_IDENTIFIERS)}\n" for _ in range(3)).encode()


def _of_graph(chance: random.Random) -> bytes:
    lines = _objects(_GRAPH, chance)
    return chance.choice((a_file(*lines), b"[%s]" % b",".join(lines)))


def _configurations(chance: random.Random) -> bytes:
    return a_file(*_objects(_CONFIGURATIONS, chance))


def _bytes(chance: random.Random) -> bytes:
    return chance.randbytes(chance.randrange(60))


def _nonsense(chance: random.Random) -> bytes:
    return b"".join(chance.choices(_PIECES, k=chance.randrange(12)))


_FORMATS: Final[Sequence[Callable[[random.Random], bytes]]] = (
    *(_ndjson, _ndjson, _array, _table, _table, _identifiers, _of_graph, _configurations),
    *(_bytes, _nonsense),
)


def _span(content: bytes, chance: random.Random) -> tuple[int, int]:
    start = chance.randrange(len(content) + 1)
    return start, min(len(content), start + chance.choice((1, 1, 2, 5, 40)))


def _flipped(content: bytes, chance: random.Random) -> bytes:
    at, end = _span(content, chance)
    return (
        content[:at]
        + bytes(byte ^ chance.randrange(256) for byte in content[at:end])
        + content[end:]
    )


def _without_some(content: bytes, chance: random.Random) -> bytes:
    at, end = _span(content, chance)
    return content[:at] + content[end:]


def _with_some_again(content: bytes, chance: random.Random) -> bytes:
    at, end = _span(content, chance)
    return content[:end] + content[at:end] * chance.choice((1, 1, 3, 50)) + content[end:]


def _with_a_piece(content: bytes, chance: random.Random) -> bytes:
    at, end = _span(content, chance)
    return content[:at] + chance.choice(_PIECES) + content[chance.choice((at, end)) :]


def _truncated(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content) + 1)]


def _spliced(content: bytes, chance: random.Random) -> bytes:
    other = chance.choice(_FORMATS)(chance)
    return (
        content[: chance.randrange(len(content) + 1)] + other[chance.randrange(len(other) + 1) :]
    )


def _recoded(content: bytes, chance: random.Random) -> bytes:
    encoding = chance.choice(("utf-16", "utf-32-be", "utf-8-sig", "utf-8-sig", "latin-1", "utf-7"))
    return content.decode(errors="replace").encode(encoding, errors="replace")


def _line_ends(content: bytes, chance: random.Random) -> bytes:
    return content.replace(
        b"\n", chance.choice((b"\r\n", b"\r", b"\n\n", b" \n", b"\n\r")), chance.choice((1, -1))
    )


_SPOIL: Final[Sequence[Callable[[bytes, random.Random], bytes]]] = (
    *(_flipped, _without_some, _with_some_again, _with_a_piece, _truncated, _spliced) * 2,
    *(_recoded, _line_ends, _line_ends),
)
