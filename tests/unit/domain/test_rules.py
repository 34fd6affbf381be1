import base64
import dataclasses
import io
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pytest

from shared.domain.defaults import read_defaults
from shared.domain.device_line import MAX_LINE_BYTES, Accepted, Rejected, judge_line
from shared.domain.finding import Finding
from shared.domain.formats.ndjson import Ndjson
from shared.domain.parts import Part
from shared.domain.rules import RULES, Code, Severity, in_general
from shared.domain.validation import validate
from tests.fakes.files import FakeParts


KEYS = {
    "primaryKey": base64.b64encode(b"1" * 32).decode(),
    "secondaryKey": base64.b64encode(b"2" * 32).decode(),
}
SHA1, SHA256 = "A1" * 20, "B2" * 32
PARENT = "ms-azure-iot-edge://parent-638"
MODES = (
    "createOrUpdate, createOrUpdateIfMatchETag, create, update, updateIfMatchETag, updateTwin, "
    "updateTwinIfMatchETag, delete, deleteIfMatchETag"
)


def a_clean_line(**changes: Any) -> bytes:
    """Return a line about which there is nothing to say, but for the changes."""
    members = {
        "id": "d1",
        "importMode": "create",
        "status": "enabled",
        "authentication": {"type": "certificateAuthority"},
    }
    kept = {name: value for name, value in (members | changes).items() if value is not ...}
    return json.dumps(kept).encode()


def with_keys(**keys: str) -> bytes:
    return a_clean_line(authentication={"type": "sas", "symmetricKey": KEYS | keys})


def with_thumbprints(*thumbprints: str, **authentication: Any) -> bytes:
    names = ("primaryThumbprint", "secondaryThumbprint")
    prints = dict(zip(names, thumbprints, strict=False))
    return a_clean_line(
        authentication={"type": "selfSigned", "x509Thumbprint": prints} | authentication
    )


@dataclass(frozen=True, slots=True)
class Example:
    """A line that breaks one rule, and how that is told."""

    line: bytes
    field: str
    details: Mapping[str, Any] = dataclasses.field(default_factory=dict)


EXAMPLES = {
    Code.NOT_UTF8: Example(b'{"id":"\xff"}', "", {"byte": 8}),
    Code.NOT_JSON: Example(b'{"id":"d1",}', "", {"why": "trailing comma, character 12"}),
    Code.NOT_AN_OBJECT: Example(b'["d1"]', ""),
    Code.LINE_TOO_LONG: Example(b"x" * (MAX_LINE_BYTES + 1), "", {"limit": 256}),
    Code.DUPLICATE_FIELD: Example(a_clean_line()[:-1] + b',"id":"d2"}', "id"),
    Code.MISSING_FIELD: Example(a_clean_line(id=...), "id"),
    Code.UNKNOWN_FIELD: Example(
        a_clean_line(statsu="enabled"), "statsu", {"hint": 'did you mean "status"?'}
    ),
    Code.WRONG_TYPE: Example(
        a_clean_line(tags=["a"]), "tags", {"expected": "an object", "found": "an array"}
    ),
    Code.UNKNOWN_VALUE: Example(
        a_clean_line(importMode="create-or-updat"),
        "importMode",
        {
            "found": "create-or-updat",
            "words": MODES,
            "hint": '; did you mean "createOrUpdate"?',
        },
    ),
    Code.INVALID_ID: Example(a_clean_line(id="a b"), "id", {"found": "a b", "length": 3}),
    Code.INVALID_KEY: Example(
        with_keys(primaryKey="abc="), "authentication.symmetricKey.primaryKey", {"length": 4}
    ),
    Code.INVALID_THUMBPRINT: Example(
        with_thumbprints("AB:" * 19 + "AB"),
        "authentication.x509Thumbprint.primaryThumbprint",
        {"length": 59},
    ),
    Code.TOO_LONG: Example(a_clean_line(statusReason="r" * 129), "statusReason", {"length": 129}),
    Code.ONE_KEY_ONLY: Example(
        with_keys(secondaryKey=""), "authentication.symmetricKey.secondaryKey"
    ),
    Code.MIXED_AUTHENTICATION: Example(
        with_thumbprints(SHA256, type=None, symmetricKey=KEYS), "authentication"
    ),
    Code.WRONG_AUTHENTICATION: Example(
        with_thumbprints(SHA256, type="sas"),
        "authentication.x509Thumbprint",
        {
            "type": "sas",
            "problem": "carries no thumbprints; remove them or change the type",
        },
    ),
    Code.ETAG_MISSING: Example(
        a_clean_line(importMode="updateIfMatchETag"), "eTag", {"mode": "updateIfMatchETag"}
    ),
    Code.TWIN_KEY: Example(a_clean_line(tags={"a": {"b.c": 1}}), "tags.a.b.c"),
    Code.TWIN_NULL: Example(a_clean_line(tags={"a": [1, None]}), "tags.a"),
    Code.TWIN_NUMBER: Example(a_clean_line(tags={"a": 2**52}), "tags.a"),
    Code.TWIN_TEXT_TOO_LONG: Example(
        a_clean_line(tags={"a": {"b": "ü" * 2049}}), "tags.a.b", {"length": 4098}
    ),
    Code.TWIN_TOO_DEEP: Example(
        a_clean_line(tags=json.loads('{"a":' * 12 + "1" + "}" * 12)), "tags" + ".a" * 11
    ),
    Code.TWIN_TOO_LARGE: Example(
        a_clean_line(tags=dict.fromkeys("abc", "x" * 4000)),
        "tags",
        {"size": 12003, "limit": 8192},
    ),
    Code.DEFAULT_MODE_OVERWRITES: Example(a_clean_line(importMode=...), "importMode"),
    Code.NEW_KEYS: Example(
        a_clean_line(importMode="update", authentication=...), "authentication"
    ),
    Code.UPDATE_ENABLES: Example(a_clean_line(importMode="update", status=...), "status"),
    Code.ETAG_UNUSED: Example(a_clean_line(eTag="MA=="), "eTag"),
    Code.ETAG_QUOTED: Example(a_clean_line(importMode="deleteIfMatchETag", eTag='"MA=="'), "eTag"),
    Code.NOTHING_TO_UPDATE: Example(
        a_clean_line(importMode="updateTwin", properties={"desired": {}}),
        "tags",
        {"mode": "updateTwin"},
    ),
    Code.EQUAL_KEYS: Example(
        with_keys(secondaryKey=KEYS["primaryKey"]), "authentication.symmetricKey"
    ),
    Code.SHA1_THUMBPRINT: Example(with_thumbprints(SHA1), "authentication.x509Thumbprint"),
    Code.UNEQUAL_THUMBPRINTS: Example(
        with_thumbprints(SHA256, SHA1), "authentication.x509Thumbprint"
    ),
    Code.NO_THUMBPRINT: Example(with_thumbprints(), "authentication.x509Thumbprint"),
    Code.ID_NEEDS_QUOTING: Example(a_clean_line(id="a#1"), "id"),
    Code.REPORTED_IGNORED: Example(
        a_clean_line(properties={"reported": {"a": 1}}), "properties.reported"
    ),
    Code.TWIN_METADATA_DROPPED: Example(
        a_clean_line(properties={"desired": {"$version": 3}}), "properties.desired.$version"
    ),
    Code.TWIN_PROPERTY_LARGE: Example(
        a_clean_line(tags={"a": {"b": "x" * 2500, "c": "x" * 2500}}), "tags.a", {"size": 5003}
    ),
    Code.SCOPE_IGNORED: Example(
        a_clean_line(capabilities={"iotEdge": True}, deviceScope=PARENT), "deviceScope"
    ),
    Code.SCOPE_MISSING: Example(
        a_clean_line(importMode="update", capabilities={"iotEdge": True}), "deviceScope"
    ),
    Code.UNUSUAL_SCOPE: Example(a_clean_line(deviceScope="parent"), "deviceScope"),
    Code.PARENT_SCOPES_IGNORED: Example(a_clean_line(parentScopes=[PARENT]), "parentScopes"),
    Code.BLANK_LINE: Example(b" \r", ""),
    Code.SYSTEM_MODULE: Example(
        a_clean_line(moduleId="$edgeHub"), "moduleId", {"found": "$edgeHub"}
    ),
}
#: Findings that are never alone.
COMPANIONS = {
    Code.UNEQUAL_THUMBPRINTS: {Code.SHA1_THUMBPRINT},
    Code.TWIN_TEXT_TOO_LONG: {Code.TWIN_PROPERTY_LARGE},
}
#: Rules about rows of tables; `tests/unit/domain/formats` shows them breaking.
OF_ROWS = {
    Code.WRONG_CELLS,
    Code.BAD_QUOTES,
    Code.HEADER_ROW,
    Code.INVALID_IDENTIFIER,
    Code.DOTS_REMOVED,
    Code.UNUSUAL_IMEI,
}
#: Rules that no single line can break.
OF_FILES = {
    Code.DUPLICATE_DEVICE,
    Code.IDS_DIFFER_BY_CASE,
    Code.MODULE_ALONE,
    Code.UNKNOWN_METADATA,
    Code.EXPORT_NOTICE,
    Code.SCOPE_NOT_TRANSLATED,
}


def findings(line: bytes) -> tuple[Finding, ...]:
    """Return all that is said about a line."""
    match judge_line(1, line):
        case Accepted(warnings=found) | Rejected(findings=found):
            return found
        case skipped:
            return (skipped.note.finding,)


def test_every_code_has_a_rule():
    """No finding can lack a severity and words."""
    assert set(RULES) == set(Code)


def test_every_rule_has_an_example():
    """What a line can break is shown breaking here; a new rule needs an example."""
    assert set(EXAMPLES) == set(Code) - OF_FILES - OF_ROWS


def test_the_clean_line_is_clean():
    """What the examples are changes of breaks no rule."""
    assert findings(a_clean_line()) == ()


@pytest.mark.parametrize(("code", "example"), EXAMPLES.items())
def test_a_broken_rule_is_named(code: Code, example: Example):
    """It comes with the path of the field and with what was found, and no other rule does."""
    found = {finding.code: finding for finding in findings(example.line)}
    assert set(found) == {code} | COMPANIONS.get(code, set())
    assert found[code].field == example.field
    assert found[code].message == RULES[code].says.format_map(example.details)


@pytest.mark.parametrize(("code", "example"), EXAMPLES.items())
def test_only_errors_reject_a_line(code: Code, example: Example):
    """A warning lets its line go on, and a note says why there is nothing to send."""
    judged = judge_line(1, example.line)
    assert isinstance(judged, Rejected) == (RULES[code].severity is Severity.ERROR)
    assert isinstance(judged, Accepted) == (RULES[code].severity is Severity.WARNING)


def in_a_file(*lines: bytes, **metadata: str) -> Mapping[str, tuple[int | None, str, str]]:
    """Return line, field and message of what is said about a file, by code."""
    told: list[Mapping[str, Any]] = []

    form, parts = Ndjson(), FakeParts()
    pieces = form.pieces(line + b"\n" for line in lines)
    validate(pieces, form, parts, io.BytesIO(), read_defaults(metadata))
    for part in (Part.REJECTED, Part.WARNINGS, Part.SKIPPED):
        told.extend(json.loads(line) for line in b"".join(parts.read(part)).splitlines())
    return {one["code"]: (one["line"], one["field"], one["message"]) for one in told}


def test_a_device_may_stand_in_a_file_once():
    """The second one is rejected, and its message names the line of the first."""
    assert in_a_file(a_clean_line(), a_clean_line(id="d2"), a_clean_line()) == {
        Code.DUPLICATE_DEVICE: (3, "id", RULES[Code.DUPLICATE_DEVICE].says.format(first=1))
    }


def test_ids_that_differ_by_case_are_two_devices():
    """The second one gets a warning that names the line of the first."""
    assert in_a_file(a_clean_line(id="Pump"), a_clean_line(id="pump")) == {
        Code.IDS_DIFFER_BY_CASE: (2, "id", RULES[Code.IDS_DIFFER_BY_CASE].says.format(first=1))
    }


def test_the_notice_of_an_export_is_skipped():
    """Hubs write it when keys were excluded."""
    notice = b"Warning: authentication keys were excluded."
    assert in_a_file(notice, a_clean_line()) == {
        Code.EXPORT_NOTICE: (1, "", RULES[Code.EXPORT_NOTICE].says)
    }


def test_unknown_metadata_is_told():
    """It belongs to no line; the message names what may be set."""
    known = "importmode, status, strict, dryrun"
    says = RULES[Code.UNKNOWN_METADATA].says.format(found="mode", known=known)
    assert in_a_file(a_clean_line(), mode="create") == {
        Code.UNKNOWN_METADATA: (None, "mode", says)
    }


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("is missing", "is missing"),
        ("must be {expected}, not {found}", "must be …, not …"),
        ("one of {words}{hint}", "one of …"),
        ("type {type} {problem}", "type …"),
        ("an object, {{ }}", "an object, { }"),
    ],
)
def test_what_was_found_is_left_out_of_the_words_in_general(says: str, expected: str):
    """Two findings side by side become one mark."""
    assert in_general(says) == expected


@pytest.mark.parametrize("code", Code)
def test_a_rule_is_complete(code: Code):
    """It names its field and its source, and its words are one line that goes behind a field."""
    rule = RULES[code]
    assert rule.about
    assert rule.source
    assert not rule.says.endswith(".")
    assert "\n" not in rule.says
