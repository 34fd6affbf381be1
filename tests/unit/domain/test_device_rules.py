import base64
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.device_identity import DeviceIdentity
from shared.domain.device_rules import device_findings, facts_of
from shared.domain.import_modes import DEFAULT_MODE, MODES
from shared.domain.rules import Code


KEYS = {"symmetricKey": {"primaryKey": "one", "secondaryKey": "two"}}
NO_KEYS = {"symmetricKey": {"primaryKey": "", "secondaryKey": None}}
THUMBPRINT = {"x509Thumbprint": {"primaryThumbprint": "B2" * 32, "secondaryThumbprint": None}}
SCOPE = "ms-azure-iot-edge://parent-638"


def found(**members: Any) -> set[tuple[str, str]]:
    """Return field and code of what is said about a device; fields alone were judged before."""
    device = cast("DeviceIdentity", {"id": "d1", **members})
    return {(finding.field, finding.code) for finding in device_findings(facts_of(device))}


NEW_KEYS = ("authentication", Code.NEW_KEYS)
ENABLES = ("status", Code.UPDATE_ENABLES)
NO_ETAG = ("eTag", Code.ETAG_MISSING)
NO_TWIN_ETAG = ("twinETag", Code.ETAG_MISSING)
EMPTIES = ("tags", Code.NOTHING_TO_UPDATE)
#: What is said about a line that has nothing but an id and a mode.
BARE = {
    "createOrUpdate": {NEW_KEYS, ENABLES},
    "createOrUpdateIfMatchETag": {NEW_KEYS, ENABLES, NO_ETAG},
    "create": set(),
    "update": {NEW_KEYS, ENABLES},
    "updateIfMatchETag": {NEW_KEYS, ENABLES, NO_ETAG},
    "updateTwin": {EMPTIES},
    "updateTwinIfMatchETag": {EMPTIES, NO_TWIN_ETAG},
    "delete": set(),
    "deleteIfMatchETag": {NO_ETAG},
}
#: What makes such a line complete.
COMPLETE: dict[str, Any] = {
    "status": "disabled",
    "authentication": KEYS,
    "tags": {"plant": "A"},
    "twinETag": "AAAAAAAAAAE=",
}


def test_there_are_nine_modes():
    """Each has its expectations here."""
    assert list(BARE) == list(MODES)


@pytest.mark.parametrize(("mode", "expected"), BARE.items())
def test_a_mode_says_what_its_lines_lack(mode: str, expected: set[tuple[str, str]]):
    """What is destroyed by being left out is warned of, and an ETag that is compared is needed."""
    assert found(importMode=mode) == expected


@pytest.mark.parametrize(("mode", "expected"), BARE.items())
def test_modules_have_no_status(mode: str, expected: set[tuple[str, str]]):
    """All else holds for them as for devices."""
    assert found(importMode=mode, moduleId="m1") == expected - {ENABLES}


@pytest.mark.parametrize("mode", MODES)
def test_a_complete_line_is_left_alone(mode: str):
    """There is nothing to say about a line with all that its mode may need."""
    etag = {} if mode == "create" else {"eTag": "MA=="}
    assert found(importMode=mode, **COMPLETE, **etag) == set()


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize("field", ["eTag", "twinETag"])
def test_an_etag_in_quotation_marks_is_told_where_it_counts(mode: str, field: str):
    """The hub's own ETags have none, so they would never be equal."""
    told = (field, Code.ETAG_QUOTED) in found(importMode=mode, **{field: '"MA=="'})
    assert told == (MODES[mode].etag_field == field)


def test_no_mode_means_create_or_update():
    """That it overwrites is said, and all that holds for the mode."""
    told = found(importMode=None)
    assert told == BARE[DEFAULT_MODE] | {("importMode", Code.DEFAULT_MODE_OVERWRITES)}


def test_create_compares_no_etag():
    """An export has one on every line, and people make it a creation by changing the mode."""
    assert found(importMode="create", eTag="MA==") == {("eTag", Code.ETAG_UNUSED)}


K, T = "authentication.symmetricKey", "authentication.x509Thumbprint"
MIXED = ("authentication", Code.MIXED_AUTHENTICATION)
NO_KEYS_THEN = (K, Code.WRONG_AUTHENTICATION)
NO_THUMBPRINTS_THEN = (T, Code.WRONG_AUTHENTICATION)
USELESS = (T, Code.NO_THUMBPRINT)
#: What is said of each type with nothing, with keys, with a thumbprint, and with both.
AUTHENTICATION = {
    None: (set(), set(), set(), {MIXED}),
    "sas": (set(), set(), {NO_THUMBPRINTS_THEN}, {MIXED, NO_THUMBPRINTS_THEN}),
    "selfSigned": (
        {USELESS},
        {NO_KEYS_THEN, USELESS},
        set(),
        {MIXED, NO_KEYS_THEN},
    ),
    "certificateAuthority": (
        set(),
        {NO_KEYS_THEN},
        {NO_THUMBPRINTS_THEN},
        {MIXED, NO_KEYS_THEN, NO_THUMBPRINTS_THEN},
    ),
    "none": (
        set(),
        {NO_KEYS_THEN},
        {NO_THUMBPRINTS_THEN},
        {MIXED, NO_KEYS_THEN, NO_THUMBPRINTS_THEN},
    ),
}
CREDENTIALS: tuple[dict[str, Any], ...] = ({}, KEYS, THUMBPRINT, KEYS | THUMBPRINT)


@pytest.mark.parametrize("kind", AUTHENTICATION)
@pytest.mark.parametrize("credentials", range(4), ids=["nothing", "keys", "thumbprint", "both"])
def test_a_type_carries_what_it_is_made_for(kind: str | None, credentials: int):
    """Keys for sas, thumbprints for selfSigned, nothing for the others."""
    authentication = {"type": kind, **CREDENTIALS[credentials]}
    told = found(importMode="create", moduleId="m1", authentication=authentication)
    assert told == AUTHENTICATION[kind][credentials]


def test_none_is_for_modules():
    """The hub refuses it for devices, and makes it sas for modules."""
    told = found(importMode="create", authentication={"type": "none"})
    assert told == {("authentication.type", Code.WRONG_AUTHENTICATION)}


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.parametrize(
    ("authentication", "makes_keys"),
    [
        (None, True),
        ({}, True),
        ({"type": "sas"}, True),
        ({"type": "none"}, True),
        ({"type": "sas", **NO_KEYS}, True),
        ({"type": "sas", **KEYS}, False),
        (THUMBPRINT, False),
        ({"type": "selfSigned"}, False),
        ({"type": "certificateAuthority"}, False),
    ],
)
def test_new_keys_for_a_device_that_may_exist_are_announced(
    mode: str, authentication: dict[str, Any] | None, *, makes_keys: bool
):
    """A device that is replaced without keys gets new ones, and is cut off."""
    told = found(importMode=mode, moduleId="m1", authentication=authentication)
    may_exist = MODES[mode].effect in {"replace", "create_or_replace"}
    assert (NEW_KEYS in told) == (makes_keys and may_exist)


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"primaryKey": "one"}, {(f"{K}.secondaryKey", Code.ONE_KEY_ONLY)}),
        ({"secondaryKey": "two"}, {(f"{K}.primaryKey", Code.ONE_KEY_ONLY)}),
        ({"primaryKey": "", "secondaryKey": "two"}, {(f"{K}.primaryKey", Code.ONE_KEY_ONLY)}),
        ({"primaryKey": "one", "secondaryKey": "one"}, {(K, Code.EQUAL_KEYS)}),
        ({"primaryKey": "", "secondaryKey": ""}, set()),
    ],
)
def test_keys_come_in_pairs(keys: dict[str, str], expected: set[tuple[str, str]]):
    """Both or neither, and not the same one twice; an empty key is none."""
    assert found(importMode="create", authentication={"symmetricKey": keys}) == expected


@pytest.mark.parametrize(
    ("lengths", "expected"),
    [
        ((64, 64), set()),
        ((64, 0), set()),
        ((0, 64), set()),
        ((40, 40), {(T, Code.SHA1_THUMBPRINT)}),
        ((64, 40), {(T, Code.SHA1_THUMBPRINT), (T, Code.UNEQUAL_THUMBPRINTS)}),
        ((0, 0), {(T, Code.NO_THUMBPRINT)}),
    ],
)
def test_thumbprints_are_sha256_and_there(
    lengths: tuple[int, int], expected: set[tuple[str, str]]
):
    """Weak and mixed ones are legal, so they are only warned of."""
    names = ("primaryThumbprint", "secondaryThumbprint")
    prints = {name: "A" * length or None for name, length in zip(names, lengths, strict=True)}
    authentication = {"type": "selfSigned", "x509Thumbprint": prints}
    assert found(importMode="create", authentication=authentication) == expected


@pytest.mark.parametrize("character", "#?%+")
def test_an_id_that_addresses_must_quote_is_warned_of(character: str):
    """They are legal, and break tools that forget to quote."""
    told = found(id=f"a{character}", moduleId=f"{character}b", importMode="create")
    assert told == {("id", Code.ID_NEEDS_QUOTING), ("moduleId", Code.ID_NEEDS_QUOTING)}


IGNORED = ("deviceScope", Code.SCOPE_IGNORED)
MISSING = ("deviceScope", Code.SCOPE_MISSING)
UNUSUAL = ("deviceScope", Code.UNUSUAL_SCOPE)
PARENTS_IGNORED = ("parentScopes", Code.PARENT_SCOPES_IGNORED)
UNUSUAL_PARENTS = ("parentScopes", Code.UNUSUAL_SCOPE)


@pytest.mark.parametrize(
    ("mode", "edge", "scope", "parents", "expected"),
    [
        ("create", True, None, None, set()),
        ("create", True, None, [SCOPE], set()),
        ("create", True, None, ["parent"], {UNUSUAL_PARENTS}),
        ("create", True, SCOPE, None, {IGNORED}),
        ("createOrUpdate", True, SCOPE, None, {IGNORED}),
        ("update", True, SCOPE, None, set()),
        ("update", True, None, None, {MISSING}),
        ("update", True, "", None, {MISSING}),
        ("delete", True, None, None, set()),
        ("create", False, SCOPE, None, set()),
        ("create", False, SCOPE, [SCOPE], set()),
        ("create", False, None, [SCOPE], {PARENTS_IGNORED}),
        ("create", False, "parent", None, {UNUSUAL}),
        ("create", False, "", [], set()),
        ("update", False, None, None, set()),
    ],
)
def test_scopes_fit_the_kind_of_device(
    mode: str,
    edge: bool,  # noqa: FBT001 - a column of the table
    scope: str | None,
    parents: list[str] | None,
    expected: set[tuple[str, str]],
):
    """An edge device has its own scope and parents; a leaf has its parent's scope."""
    told = found(
        importMode=mode,
        status="enabled",
        authentication=KEYS,
        capabilities={"iotEdge": edge},
        deviceScope=scope,
        parentScopes=parents,
    )
    assert told == expected


def test_reported_properties_are_the_devices_own():
    """Empty ones are part of every export and mean nothing."""
    told = found(importMode="create", properties={"desired": {"a": 1}, "reported": {"b": 1}})
    assert told == {("properties.reported", Code.REPORTED_IGNORED)}
    assert found(importMode="create", properties={"reported": {}}) == set()


def maybe(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | strategy


keys = st.binary(min_size=16, max_size=64).map(base64.b64encode).map(bytes.decode)
two_keys = st.lists(keys, min_size=2, max_size=2, unique=True)
thumbprints = st.sampled_from([40, 64]).flatmap(
    lambda length: st.text("0123456789abcdefABCDEF", min_size=length, max_size=length)
)
plain_text = st.text("abcXYZ09-=", min_size=1, max_size=20)
devices = st.fixed_dictionaries(
    {"id": plain_text},
    optional={
        "importMode": maybe(st.sampled_from(sorted(MODES))),
        "status": maybe(st.sampled_from(["enabled", "disabled"])),
        "eTag": maybe(plain_text | st.just("")),
        "twinETag": maybe(plain_text | st.just("")),
        "capabilities": maybe(st.fixed_dictionaries({"iotEdge": maybe(st.booleans())})),
        "authentication": maybe(
            st.fixed_dictionaries(
                {},
                optional={
                    "type": maybe(st.sampled_from([kind for kind in AUTHENTICATION if kind])),
                    "symmetricKey": two_keys.map(
                        lambda both: dict(zip(("primaryKey", "secondaryKey"), both, strict=True))
                    ),
                    "x509Thumbprint": st.fixed_dictionaries(
                        {"primaryThumbprint": maybe(thumbprints)}
                    ),
                },
            )
        ),
        "tags": maybe(st.dictionaries(plain_text, st.integers(), max_size=2)),
    },
)


def with_other_texts(value: Any, name: str = "") -> Any:
    """Change every text but words; empty ones stay so, and thumbprints keep their length."""
    if isinstance(value, dict):
        return {inner: with_other_texts(one, inner) for inner, one in value.items()}
    if not value or not isinstance(value, str) or name in {"importMode", "status", "type"}:
        return value
    return value[::-1] if name.endswith("Thumbprint") else f"{value}x"


@given(devices)
def test_rules_do_not_look_at_texts(device: dict[str, Any]):
    """Another line of the same look is told the same, so one pattern may stand for both."""
    assert found(**with_other_texts(device)) == found(**device)
