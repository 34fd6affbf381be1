"""Spreadsheets, documents, databases and whatever else is dropped by mistake."""

import sqlite3
import zipfile
from collections.abc import Mapping
from contextlib import closing

from shared.domain.formats.refusals import RefusalCode
from tests.unit.domain.formats.hostile.archives import zipped
from tests.unit.domain.formats.hostile.file import Hostile
from tests.unit.domain.formats.written import packed


_TYPES = {"[Content_Types].xml": b"<Types/>" * 99, "_rels/.rels": b"<Relationships/>" * 99}
_OASIS = "application/vnd.oasis.opendocument."


def _database() -> bytes:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("CREATE TABLE devices (id TEXT)")
        return database.serialize()


def _oasis(kind: str) -> bytes:
    files = {"mimetype": f"{_OASIS}{kind}".encode(), "content.xml": b"<table/>"}
    return zipped(files, zipfile.ZIP_STORED)


def _sheet(content: bytes, name: str = "devices.csv") -> Hostile:
    return Hostile(content, RefusalCode.SPREADSHEET, name=name)


def _other(content: bytes, name: str = "devices.txt") -> Hostile:
    return Hostile(content, RefusalCode.OTHER_FORMAT, name=name)


FILES: Mapping[str, Hostile] = {
    "xlsx of Excel": _sheet(zipped({**_TYPES, "xl/workbook.xml": b"<workbook/>"}), "devices.xlsx"),
    "xlsx of a script": _sheet(zipped({"docProps/app.xml": b"<x/>", "xl/theme.xml": b"<x/>"})),
    "xlsx that only stores": _sheet(zipped({**_TYPES, "xl/a.xml": b"<x/>"}, zipfile.ZIP_STORED)),
    "xlsx whose sheets come late": _sheet(zipped({**_TYPES, "docProps/x.bin": bytes(99)})),
    "xlsx in gzip": _sheet(packed(zipped({**_TYPES, "xl/workbook.xml": b"<workbook/>"}))),
    "xls, or an xlsx with a password": _sheet(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)),
    "ods": _sheet(_oasis("spreadsheet"), "devices.ods"),
    "numbers": _sheet(zipped({"Index/Document.iwa": b"x", "Data/": b""}), "devices.numbers"),
    "docx": _other(zipped({**_TYPES, "word/document.xml": b"<document/>"}), "devices.docx"),
    "odt": Hostile(_oasis("text"), RefusalCode.ARCHIVE, name="devices.odt"),
    "pdf": _other(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj\n"),
    "rtf": _other(rb"{\rtf1\ansi press-001}"),
    "html": _other(b"\xef\xbb\xbf\r\n<!DOCTYPE html><table><tr><td>press-001"),
    "html without its type": _other(b"<HTML><body>404 Not Found"),
    "xml": _other(b'<?xml version="1.0"?><devices/>'),
    "xml of a workbook": _other(b'  <Workbook xmlns="urn:schemas-microsoft-com">'),
    "png": _other(b"\x89PNG\r\n\x1a\n" + bytes(20)),
    "jpeg": _other(b"\xff\xd8\xff\xe0\x00\x10JFIF"),
    "gif": _other(b"GIF89a\x01\x00"),
    "program of Linux": _other(b"\x7fELF\x02\x01\x01" + bytes(20)),
    "program of Windows": _other(b"MZ\x90\x00\x03\x00\x00\x00\x04" + bytes(20)),
    "sqlite": _other(_database()),
    "access": _other(b"\x00\x01\x00\x00Standard ACE DB\x00"),
    "parquet": _other(b"PAR1\x15\x04\x15" + bytes(20)),
    "avro": _other(b"Obj\x01\x04\x16avro.schema"),
    "arrow": _other(b"ARROW1\x00\x00\xff\xff\xff\xff"),
    "certificate": _other(b"-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n"),
    "private key": _other(b"\n-----BEGIN PRIVATE KEY-----\nMIIB\n"),
    "certificate in DER": _other(b"0\x82\x03\x0e0\x82\x01\xf6"),
    "key store": _other(b"0\x82\x0a\x3f\x02\x01\x030\x82"),
    "yaml": Hostile(b"- id: a\n  status: enabled\n", RefusalCode.UNKNOWN_FORMAT, name="x.yaml"),
    "toml": Hostile(b'[[device]]\nid = "a"\n', "not_json", name="x.toml"),
    "ini": Hostile(b"[press-001]\nstatus=enabled\n", "not_json", name="x.ini"),
    "log of a program": Hostile(b"2026-11-22 09:00 INFO started\n" * 9, "not_json"),
    "script": Hostile(b"#!/bin/sh\nrm -rf /\n", RefusalCode.UNKNOWN_FORMAT, name="devices.sh"),
    "pointer of Git LFS": Hostile(b"version https://git-lfs.github.com/spec/v1\n", "not_json"),
}
