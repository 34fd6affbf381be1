import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.defaults import Defaults
from shared.domain.device_identity import WORDS
from shared.domain.device_line import (
    MAX_LINE_BYTES,
    Accepted,
    Order,
    Rejected,
    Skipped,
    judge_line,
)
from shared.domain.import_modes import MODES
from shared.domain.rules import Code, Severity
from tests.builders import a_line


KEY = base64.b64encode(b"k" * 32).decode()
SHA1 = "A1" * 20


def accepted(text: bytes) -> Accepted:
    judged = judge_line(1, text)
    assert isinstance(judged, Accepted), judged
    return judged


def found(text: bytes) -> list[tuple[str, str]]:
    """Return field and code of everything that is wrong with a line."""
    judged = judge_line(1, text)
    assert isinstance(judged, Rejected), judged
    return [
        (finding.field, finding.code)
        for finding in judged.findings
        if finding.severity is Severity.ERROR
    ]


def authenticated(**authentication: Any) -> bytes:
    return a_line(authentication=authentication)


KEYS = {"symmetricKey": {"primaryKey": KEY, "secondaryKey": KEY}}
THUMBPRINTS = {"x509Thumbprint": {"primaryThumbprint": SHA1}}


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(a_line(), id="id and status"),
        pytest.param(a_line("A-z.0%_#*?!(),:=@$';+"), id="every character an id may have"),
        pytest.param(a_line("x" * 128), id="the longest id"),
        pytest.param(authenticated(**KEYS, type="sas"), id="keys"),
        pytest.param(authenticated(**THUMBPRINTS, type="selfSigned"), id="thumbprint"),
        pytest.param(authenticated(type="certificateAuthority"), id="certificate authority"),
        pytest.param(authenticated(symmetricKey=None, type="sas"), id="null members"),
        pytest.param(a_line(authentication=None, deviceScope=None), id="nulls of the .NET SDK"),
        pytest.param(a_line(moduleId="m1", authentication={"type": "none"}), id="module"),
        pytest.param(a_line(tags={"a": {"b": [1, "x", True]}}), id="tags"),
        pytest.param(a_line(capabilities={"iotEdge": True}), id="edge"),
    ],
)
def test_a_good_line_keeps_its_bytes(line: bytes):
    """What the hub can read as it stands is not written anew."""
    assert accepted(line).text == line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b'{"status":"enabled"}', [("id", Code.MISSING_FIELD)]),
        (a_line(""), [("id", Code.INVALID_ID)]),
        (a_line("x" * 129), [("id", Code.INVALID_ID)]),
        (a_line("with space"), [("id", Code.INVALID_ID)]),
        (a_line("d\n"), [("id", Code.INVALID_ID)]),
        (a_line("Łódź"), [("id", Code.INVALID_ID)]),
        (b'{"id":7,"status":"enabled"}', [("id", Code.WRONG_TYPE)]),
        (a_line(deviceId="d1"), [("deviceId", Code.UNKNOWN_FIELD)]),
        (a_line(importMode="upsert"), [("importMode", Code.UNKNOWN_VALUE)]),
        (a_line(statusReason="r" * 129), [("statusReason", Code.TOO_LONG)]),
        (a_line(tags=[1]), [("tags", Code.WRONG_TYPE)]),
        (a_line(importMode="updateIfMatchETag"), [("eTag", Code.ETAG_MISSING)]),
        (a_line(importMode="updateTwinIfMatchETag", eTag="x"), [("twinETag", Code.ETAG_MISSING)]),
        (
            authenticated(**KEYS, **THUMBPRINTS),
            [("authentication", Code.MIXED_AUTHENTICATION)],
        ),
        (
            authenticated(**THUMBPRINTS, type="sas"),
            [("authentication.x509Thumbprint", Code.WRONG_AUTHENTICATION)],
        ),
        (
            authenticated(**KEYS, type="certificateAuthority"),
            [("authentication.symmetricKey", Code.WRONG_AUTHENTICATION)],
        ),
        (authenticated(type="none"), [("authentication.type", Code.WRONG_AUTHENTICATION)]),
        (
            authenticated(symmetricKey={"primaryKey": KEY}),
            [("authentication.symmetricKey.secondaryKey", Code.ONE_KEY_ONLY)],
        ),
        (
            authenticated(x509Thumbprint={"primaryThumbprint": "AB:" * 19 + "AB"}),
            [("authentication.x509Thumbprint.primaryThumbprint", Code.INVALID_THUMBPRINT)],
        ),
        (b'{"id":"a","id":"b","status":"enabled"}', [("id", Code.DUPLICATE_FIELD)]),
        (
            b'{"id":"a","tags":{"x":NaN}}',
            [("", Code.NOT_JSON), ("tags.x", Code.TWIN_NUMBER)],
        ),
        (b'{"id":"a",}', [("", Code.NOT_JSON)]),
        (b"Warning: keys were excluded.", [("", Code.NOT_JSON)]),
        (b"[]", [("", Code.NOT_AN_OBJECT)]),
        (b'"text"', [("", Code.NOT_AN_OBJECT)]),
        (b'{"id":"\xff"}', [("", Code.NOT_UTF8)]),
        (b"x" * (MAX_LINE_BYTES + 1), [("", Code.LINE_TOO_LONG)]),
    ],
)
def test_a_bad_line_names_what_is_wrong(line: bytes, expected: list[tuple[str, Code]]):
    """Each broken rule has its field and its code."""
    assert found(line) == expected


def test_everything_that_is_wrong_is_named():
    """Three mistakes in one line are three violations."""
    line = b'{"id":"a b","statsu":1,"importMode":"upsert"}'
    assert sorted(found(line)) == [
        ("id", Code.INVALID_ID),
        ("importMode", Code.UNKNOWN_VALUE),
        ("statsu", Code.UNKNOWN_FIELD),
    ]


@pytest.mark.parametrize(
    ("field", "hint"),
    [("statsu", "status"), ("deviceId", "id"), ("etag", "eTag"), ("Tags", "tags")],
)
def test_a_misspelled_field_gets_a_hint(field: str, hint: str):
    """The message asks whether the right name was meant."""
    judged = judge_line(1, a_line(**{field: "x"}))
    assert isinstance(judged, Rejected)
    assert f'did you mean "{hint}"?' in judged.findings[0].message


@pytest.mark.parametrize("size", range(80))
def test_a_key_is_base64_of_16_to_64_bytes(size: int):
    """Exactly these sizes pass, and nothing of the key is shown."""
    key = base64.b64encode(b"\xfb" * size).decode()
    judged = judge_line(1, authenticated(symmetricKey={"primaryKey": key, "secondaryKey": key}))
    assert isinstance(judged, Accepted) == (16 <= size <= 64 or size == 0)
    if isinstance(judged, Rejected):
        shown = json.dumps([violation.as_json() for violation in judged.violations])
        assert not key or key not in shown


@given(st.sampled_from([*MODES, *WORDS["status"]]), st.randoms())
def test_the_hubs_words_are_taken_in_any_case(word: str, random: Any):
    """The line goes on in the hub's own spelling."""
    field = "importMode" if word in MODES else "status"
    spelled = "".join(random.choice((c.upper(), c.lower())) for c in word)
    line = a_line(**{"eTag": "e", "twinETag": "t", field: spelled})
    assert json.loads(accepted(line).text)[field] == word


def test_a_line_without_status_is_enabled():
    """The live import job asks for a status on every line."""
    assert json.loads(accepted(b'{"id":"a"}').text) == {"id": "a", "status": "enabled"}


def test_empty_keys_are_no_keys():
    """The Node SDK sends empty keys to have them made."""
    line = authenticated(symmetricKey={"primaryKey": "", "secondaryKey": ""}, type="sas")
    assert json.loads(accepted(line).text)["authentication"] == {
        "type": "sas",
        "symmetricKey": None,
    }


@pytest.mark.parametrize("text", [b"", b"   ", b"\r", b"\t\r"])
def test_a_blank_line_is_skipped(text: bytes):
    """It is no mistake, and nothing to import."""
    judged = judge_line(1, text)
    assert isinstance(judged, Skipped)
    assert judged.note.finding.code == Code.BLANK_LINE


def test_a_system_module_is_skipped():
    """The hub makes $edgeAgent and $edgeHub itself and refuses to be told of them."""
    judged = judge_line(1, a_line("edge", moduleId="$edgeAgent"))
    assert isinstance(judged, Skipped)
    assert judged.note.finding.code == Code.SYSTEM_MODULE


@given(st.binary(max_size=200))
def test_no_bytes_break_the_judge(text: bytes):
    """Rubbish is rejected or skipped; what is accepted is one line of JSON with that id."""
    judged = judge_line(1, text)
    if isinstance(judged, Accepted):
        assert json.loads(judged.text)["id"] == judged.device_id
        assert b"\n" not in judged.text


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
)


@given(
    st.dictionaries(st.sampled_from(["id", "status", "tags", "x", "authentication"]), json_values)
)
def test_any_json_object_is_judged(members: dict[str, Any]):
    """Every violation can be written as JSON in UTF-8, on one line."""
    judged = judge_line(1, json.dumps(members).encode())
    if isinstance(judged, Rejected):
        for violation in judged.violations:
            assert "\n" not in violation.finding.message
            json.dumps(violation.as_json(), ensure_ascii=False).encode()


def test_a_file_may_say_for_all_lines_what_they_leave_out():
    """A line's own word goes first; what the file says counts like the line's own."""
    defaults = Defaults(import_mode="create", status="disabled")
    judged = judge_line(1, b'{"id":"a"}', defaults)
    assert isinstance(judged, Accepted)
    assert json.loads(judged.text) == {"id": "a", "importMode": "create", "status": "disabled"}
    assert judged.warnings == ()
    own = judge_line(1, a_line(importMode="delete"), defaults)
    assert isinstance(own, Accepted)
    assert own.text == a_line(importMode="delete")


def test_what_the_hub_adds_to_properties_is_left_out():
    """$metadata and $version come from a twin that was read, and cannot be written."""
    desired = {"rate": 5, "$version": 3, "$metadata": {"$lastUpdated": "x"}}
    judged = accepted(a_line(properties={"desired": desired}))
    assert json.loads(judged.text)["properties"] == {"desired": {"rate": 5}}
    assert Code.TWIN_METADATA_DROPPED in {finding.code for finding in judged.warnings}


@pytest.mark.parametrize(
    ("members", "order"),
    [
        ({}, Order.DEVICE),
        (
            {"capabilities": {"iotEdge": True}, "deviceScope": "ms-azure-iot-edge://e-1"},
            Order.DEVICE,
        ),
        ({"deviceScope": "ms-azure-iot-edge://e-1"}, Order.CHILD),
        (
            {"capabilities": {"iotEdge": True}, "parentScopes": ["ms-azure-iot-edge://e-1"]},
            Order.EDGE_CHILD,
        ),
        ({"moduleId": "m"}, Order.MODULE),
    ],
)
def test_what_others_build_on_comes_first(members: dict[str, Any], order: Order):
    """Devices before the children of edge devices, and both before modules."""
    assert accepted(a_line(**members)).order is order
