"""Tells what a file is that cannot be a device file, by how it begins.

Sources: the formats' own specifications. In a zip archive the name of a file stands 30 bytes
behind the beginning of its entry; `ustar` stands at byte 257 of a tar archive.
"""

import re
from typing import Final, NamedTuple

from shared.domain.formats.format import FileRefused
from shared.domain.formats.refusals import RefusalCode, refused


class _Kind(NamedTuple):
    """One kind of foreign file."""

    beginning: re.Pattern[bytes]
    code: RefusalCode
    what: str


def _kind(beginning: bytes, code: RefusalCode, what: str) -> _Kind:
    return _Kind(re.compile(beginning, re.DOTALL), code, what)


def _zip_with(name: bytes) -> bytes:
    """Return the expression of a zip archive in which an early name begins so."""
    entry = rb"PK\x03\x04.{26}"
    return entry + b"(?:.{0,8192}?" + entry + b")?" + b"(?:" + name + b")"


_ARCHIVE, _SHEET, _OTHER = (
    RefusalCode.ARCHIVE,
    RefusalCode.SPREADSHEET,
    RefusalCode.OTHER_FORMAT,
)
_TEXT: Final = rb"(?:\xef\xbb\xbf)?\s*"

#: The first that fits counts. A spreadsheet is a zip archive with certain names in it.
KINDS: Final = (
    _kind(_zip_with(b"xl/"), _SHEET, "an Excel workbook"),
    _kind(_zip_with(b"word/"), _OTHER, "a Word document"),
    _kind(_zip_with(rb"\[Content_Types\]|_rels/|docProps/"), _SHEET, "an Excel workbook"),
    _kind(
        rb"PK\x03\x04.{26}mimetypeapplication/vnd\.oasis\.opendocument\.spreadsheet",
        _SHEET,
        "an OpenDocument sheet",
    ),
    _kind(_zip_with(b"Index/"), _SHEET, "a Numbers sheet"),
    _kind(rb"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _SHEET, "an old or protected Excel workbook"),
    _kind(rb"PK(?:\x03\x04|\x05\x06|\x07\x08)", _ARCHIVE, "a zip archive"),
    _kind(rb"7z\xbc\xaf\x27\x1c", _ARCHIVE, "a 7z archive"),
    _kind(rb"Rar!\x1a\x07", _ARCHIVE, "a rar archive"),
    _kind(rb"BZh[1-9](?:1AY&SY|\x17rE8P\x90)", _ARCHIVE, "bzip2 data"),
    _kind(rb"\xfd7zXZ\x00", _ARCHIVE, "xz data"),
    _kind(rb"\x5d\x00\x00.{2}", _ARCHIVE, "lzma data"),
    _kind(rb"LZIP\x01", _ARCHIVE, "lzip data"),
    _kind(rb"\x28\xb5\x2f\xfd", _ARCHIVE, "zstd data"),
    _kind(rb"\x04\x22\x4d\x18", _ARCHIVE, "lz4 data"),
    _kind(rb"\xff\x06\x00\x00sNaPpY", _ARCHIVE, "snappy data"),
    _kind(rb"\x1f\x9d", _ARCHIVE, "data of compress"),
    _kind(rb"\x78[\x01\x9c\xda]", _ARCHIVE, "zlib data"),
    _kind(rb"MSCF\x00\x00\x00\x00", _ARCHIVE, "a cabinet archive"),
    _kind(rb".{257}ustar", _ARCHIVE, "a tar archive"),
    _kind(rb"PAR1\x15", _OTHER, "Parquet data"),
    _kind(rb"Obj\x01", _OTHER, "Avro data"),
    _kind(rb"ARROW1\x00\x00", _OTHER, "Arrow data"),
    _kind(rb"SQLite format 3\x00", _OTHER, "an SQLite database"),
    _kind(rb"\x00\x01\x00\x00Standard (?:Jet|ACE) DB", _OTHER, "an Access database"),
    _kind(rb"%PDF-", _OTHER, "a PDF document"),
    _kind(rb"\{\\rtf", _OTHER, "an RTF document"),
    _kind(rb"\x89PNG|\xff\xd8\xff|GIF8[79]a", _OTHER, "a picture"),
    _kind(rb"\x7fELF|MZ.{0,10}\x00\x00", _OTHER, "a program"),
    _kind(_TEXT + rb"(?i:<!doctype html|<html)", _OTHER, "an HTML page"),
    _kind(_TEXT + rb"<[A-Za-z!?]", _OTHER, "XML"),
    _kind(_TEXT + rb"-----BEGIN |\x30\x82..[\x02\x30]", _OTHER, "a certificate or key"),
)

#: UTF-16 or UTF-32: a byte order mark, or ASCII in so many bytes a character.
_WIDE: Final = re.compile(
    rb"\xff\xfe|\xfe\xff|\x00\x00\xfe\xff|[^\x00]\x00|\x00[^\x00]|\x00\x00\x00[^\x00]"
)


def refusal_of(beginning: bytes) -> FileRefused | None:
    """Return why a file that begins so cannot be a device file, if it cannot."""
    for kind in KINDS:
        if kind.beginning.match(beginning):
            return refused(kind.code, what=kind.what)
    if _WIDE.match(beginning):
        return refused(RefusalCode.UTF16)
    if beginning.startswith(b"\0"):
        return refused(RefusalCode.BINARY)
    return None
