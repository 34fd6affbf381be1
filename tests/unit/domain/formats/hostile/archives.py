"""Archives and compressed data: real ones where the standard library makes them, else as begun."""

import bz2
import io
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Mapping

from shared.domain.formats.refusals import RefusalCode
from tests.unit.domain.formats.hostile.file import Hostile
from tests.unit.domain.formats.written import packed


DEVICES = b"id,status\npress-001,enabled\n" * 50


def zipped(files: Mapping[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a zip archive of these files in this order."""
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", method) as writer:
        for name, content in files.items():
            writer.writestr(name, content)
    return archive.getvalue()


def tarred(content: bytes, form: int = tarfile.USTAR_FORMAT) -> bytes:
    """Return a tar archive with one device file."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=form) as writer:
        entry = tarfile.TarInfo("devices.csv")
        entry.size = len(content)
        writer.addfile(entry, io.BytesIO(content))
    return archive.getvalue()


def _archive(content: bytes, name: str = "devices.csv") -> Hostile:
    return Hostile(content, RefusalCode.ARCHIVE, name=name)


FILES: Mapping[str, Hostile] = {
    "zip": _archive(zipped({"devices.csv": DEVICES}), "devices.zip"),
    "zip that only stores": _archive(zipped({"devices.csv": DEVICES}, zipfile.ZIP_STORED)),
    "zip of several files": _archive(zipped({"a.csv": DEVICES, "pixl/b.csv": DEVICES})),
    "empty zip": _archive(zipped({})),
    "part of a split zip": _archive(b"PK\x07\x08PK\x03\x04" + bytes(40)),
    "zip in gzip": _archive(packed(zipped({"devices.csv": DEVICES})), "devices.zip.gz"),
    "tar": _archive(tarred(DEVICES), "devices.tar"),
    "tar of GNU": _archive(tarred(DEVICES, tarfile.GNU_FORMAT)),
    "tar of POSIX": _archive(tarred(DEVICES, tarfile.PAX_FORMAT)),
    "tar in gzip": _archive(packed(tarred(DEVICES)), "devices.tar.gz"),
    "bzip2": _archive(bz2.compress(DEVICES), "devices.csv.bz2"),
    "bzip2 of nothing": _archive(bz2.compress(b"")),
    "xz": _archive(lzma.compress(DEVICES), "devices.csv.xz"),
    "lzma": _archive(lzma.compress(DEVICES, lzma.FORMAT_ALONE)),
    "zlib": _archive(zlib.compress(DEVICES)),
    "zlib at its best": _archive(zlib.compress(DEVICES, 9)),
    "7z": _archive(b"7z\xbc\xaf\x27\x1c\x00\x04" + bytes(30)),
    "rar": _archive(b"Rar!\x1a\x07\x00\xcf\x90\x73" + bytes(30)),
    "rar 5": _archive(b"Rar!\x1a\x07\x01\x00" + bytes(30)),
    "zstd": _archive(b"\x28\xb5\x2f\xfd\x24\x05\x29\x00\x00{}"),
    "lz4": _archive(b"\x04\x22\x4d\x18\x64\x40\xa7"),
    "lzip": _archive(b"LZIP\x01\x0c" + bytes(20)),
    "snappy": _archive(b"\xff\x06\x00\x00sNaPpY\x01\x06\x00\x00"),
    "compress": _archive(b"\x1f\x9d\x90id"),
    "cabinet": _archive(b"MSCF\x00\x00\x00\x00" + bytes(30)),
}
