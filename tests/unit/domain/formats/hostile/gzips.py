"""gzip data that is damaged, ambiguous or a bomb."""

import zlib
from collections.abc import Iterator, Mapping

from shared.domain.formats.refusals import RefusalCode
from shared.domain.rules import Code
from tests.builders import a_file, a_line
from tests.unit.domain.formats.hostile.file import EMPTY, Hostile
from tests.unit.domain.formats.written import packed


DEVICES = a_file(*(a_line(f"d{number}") for number in range(500)))
PACKED = packed(DEVICES)


def bomb(megabytes: int) -> Iterator[bytes]:
    """Yield gzip data that grows a thousand times, without ever holding it."""
    packer = zlib.compressobj(9, wbits=31)
    for _ in range(megabytes):
        yield packer.compress(b" " * (1 << 20))
    yield packer.flush()


def _gz(content: bytes, ends: str, accepted: int = 0) -> Hostile:
    return Hostile(content, ends, accepted, "devices.txt.gz")


FILES: Mapping[str, Hostile] = {
    "gzip that was cut off": _gz(PACKED[:-20], RefusalCode.GZIP_BROKEN),
    "gzip without its check": _gz(PACKED[:-8], RefusalCode.GZIP_BROKEN),
    "gzip with a flipped bit": _gz(
        PACKED[:200] + bytes([PACKED[200] ^ 1]) + PACKED[201:], RefusalCode.GZIP_BROKEN
    ),
    "gzip with a wrong check": _gz(PACKED[:-5] + b"\0" + PACKED[-4:], RefusalCode.GZIP_BROKEN),
    "gzip with a wrong size": _gz(PACKED[:-1] + b"\x7f", RefusalCode.GZIP_BROKEN),
    "gzip header and nothing else": _gz(PACKED[:10], RefusalCode.GZIP_BROKEN),
    "beginning of gzip": _gz(PACKED[:2], RefusalCode.GZIP_BROKEN),
    "half a beginning of gzip": _gz(PACKED[:1], Code.NOT_JSON),
    "gzip with something behind": _gz(PACKED + b"oops", RefusalCode.GZIP_BROKEN),
    "gzip of two members": _gz(PACKED + PACKED, RefusalCode.GZIP_MANY_MEMBERS),
    "gzip with an empty member": _gz(PACKED + packed(b""), RefusalCode.GZIP_MANY_MEMBERS),
    "gzip in gzip": _gz(packed(PACKED), RefusalCode.GZIP_IN_GZIP),
    "gzip bomb": _gz(b"".join(bomb(80)), RefusalCode.GZIP_BOMB),
    "gzip bomb in gzip": _gz(packed(b"".join(bomb(80))), RefusalCode.GZIP_IN_GZIP),
    "gzip of nothing": _gz(packed(b""), EMPTY),
    "gzip of NULs": _gz(packed(bytes(99)), RefusalCode.BINARY),
    "gzip of UTF-16": _gz(packed("{}".encode("utf-16")), RefusalCode.UTF16),
    "name of gzip, content of lines": _gz(a_file(a_line()), Code.NEW_KEYS, accepted=1),
}
