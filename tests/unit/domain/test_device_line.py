import base64
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.device_identity import IMPORT_MODES, STATUSES
from shared.domain.device_line import MAX_LINE_BYTES, Accepted, Rejected, Skipped, judge_line
from shared.domain.violation import Code
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
    return [(violation.field, violation.code) for violation in judged.violations]


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
        (b'{"id":"a","tags":{"x":NaN}}', [("", Code.NOT_JSON)]),
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
    assert f'did you mean "{hint}"?' in judged.violations[0].message


@pytest.mark.parametrize("size", range(80))
def test_a_key_is_base64_of_16_to_64_bytes(size: int):
    """Exactly these sizes pass, and nothing of the key is shown."""
    key = base64.b64encode(b"\xfb" * size).decode()
    judged = judge_line(1, authenticated(symmetricKey={"primaryKey": key, "secondaryKey": key}))
    assert isinstance(judged, Accepted) == (16 <= size <= 64 or size == 0)
    if isinstance(judged, Rejected):
        shown = json.dumps([violation.as_json() for violation in judged.violations])
        assert not key or key not in shown


@given(st.sampled_from(IMPORT_MODES + STATUSES), st.randoms())
def test_the_hubs_words_are_taken_in_any_case(word: str, random: Any):
    """The line goes on in the hub's own spelling."""
    field = "status" if word in STATUSES else "importMode"
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
    assert judged.note.code == Code.BLANK_LINE


def test_a_system_module_is_skipped():
    """The hub makes $edgeAgent and $edgeHub itself and refuses to be told of them."""
    judged = judge_line(1, a_line("edge", moduleId="$edgeAgent"))
    assert isinstance(judged, Skipped)
    assert judged.note.code == Code.SYSTEM_MODULE


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
            assert "\n" not in violation.message
            json.dumps(violation.as_json(), ensure_ascii=False).encode()
