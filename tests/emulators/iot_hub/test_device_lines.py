import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.iot_hub.export_import_device import (
    AuthenticationType,
    DeviceStatus,
    ExportImportDevice,
    ImportMode,
    parse_line,
)
from emulators.iot_hub.typed_json import MOST_LEVELS, Unreadable
from tests.emulators.iot_hub.lines import KEY_A, KEY_B, THUMBPRINT, a_line


#: A line and what the service wrote about it, azure-iot-sdk-java#1599.
RECORDED_LINE = (
    '{"id":"evehicle_0","importMode":"createOrUpdate","status":"Enabled","authentication":'
    f'{{"thumbprint":{{"primaryThumbprint":"{THUMBPRINT}","secondaryThumbprint":"{THUMBPRINT}"}},'
    '"type":"SELF_SIGNED"}}'
)
RECORDED_ERROR = (
    'Error converting value "SELF_SIGNED" to type \'System.Nullable`1['
    "Microsoft.Azure.Devices.Cloud.AuthenticationType]'. "
    "Path 'authentication.type', line 1, position 249."
)

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
NAMES = st.sampled_from(["id", "status", "importMode", "authentication", "tags", "properties"])


def error_of(line: str) -> str:
    with pytest.raises(Unreadable) as caught:
        parse_line(line)
    return caught.value.told_about(line)


def verdict(line: str) -> str:
    """Return what the reader says of a line."""
    try:
        parse_line(line)
    except Unreadable as error:
        return error.told_about(line)
    return "read"


def test_a_real_line_is_refused_in_the_services_own_words():
    """To the letter and to the position."""
    assert error_of(RECORDED_LINE) == RECORDED_ERROR


def test_a_full_line_is_read():
    """Every field that the schema has."""
    line = a_line(
        "edge",
        moduleId="m",
        eTag="MQ==",
        importMode="updateTwinIfMatchETag",
        status="disabled",
        statusReason="why",
        authentication={
            "symmetricKey": {"primaryKey": KEY_A, "secondaryKey": KEY_B},
            "x509Thumbprint": {"primaryThumbprint": THUMBPRINT, "secondaryThumbprint": None},
            "type": "selfSigned",
        },
        capabilities={"iotEdge": True},
        deviceScope="scope",
        parentScopes=["p"],
        twinETag="AAAAAAAAAAE=",
        tags={"a": 1},
        properties={"desired": {"b": 2}, "reported": {"c": 3}},
    )
    read = parse_line(line)
    assert read.mode is ImportMode.UPDATE_TWIN_IF_MATCH_ETAG
    assert read.status is DeviceStatus.DISABLED
    assert read.authentication == (
        AuthenticationType.SELF_SIGNED,
        (KEY_A, KEY_B),
        (THUMBPRINT, ""),
    )
    assert (read.id, read.module_id, read.etag) == ("edge", "m", "MQ==")
    assert (read.status_reason, read.capabilities, read.managed_by) == ("why", (True,), None)
    assert (read.device_scope, read.parent_scopes) == ("scope", ("p",))
    assert (read.twin_etag, read.tags) == ("AAAAAAAAAAE=", {"a": 1})
    assert read.properties == ({"b": 2}, {"c": 3})


def test_what_a_line_does_not_say_has_the_services_defaults():
    """createOrUpdate, and nothing for the rest."""
    assert parse_line(a_line("d")) == ExportImportDevice("d")


@pytest.mark.parametrize("mode", ImportMode)
def test_modes_go_by_name_in_any_case_and_by_number(mode):
    """The Node SDK writes `UpdateIfMatchETag`."""
    spellings = (mode, mode.upper(), mode.capitalize(), list(ImportMode).index(mode))
    assert {parse_line(a_line(importMode=spelling)).mode for spelling in spellings} == {mode}


def test_names_match_in_any_case_and_unknown_ones_are_passed_over():
    """A typo vanishes silently; that is what makes typos dangerous."""
    read = parse_line('{"ID":"d","STATUS":"Enabled","etag":"x","statsu":1,"deviceId":[]}')
    assert read == ExportImportDevice("d", etag="x")


def test_the_last_of_equal_names_counts():
    """As in .NET and Python alike."""
    assert parse_line('{"id":"a","id":"b","status":"enabled"}').id == "b"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("not json", "Unexpected character encountered while parsing value: n. Path '', line 1"),
        ("[]", "Unexpected character encountered while parsing value: [. Path '', line 1"),
        ('"d"', "Unexpected character encountered while parsing value: \". Path '', line 1"),
        ('{"id":"d"', "Unexpected end when reading JSON. Path '', line 1, position 9."),
        ('{"id":"d', "Unterminated string. Expected delimiter: \". Path '', line 1, position 8."),
        ('{"id":"d"}', "Required property 'status' not found in JSON. Path '', line 1"),
        ('{"status":"enabled"}', "Required property 'id' not found in JSON. Path '', line 1"),
        (a_line(tags=[]), "parsing value: [. Path 'tags', line 1"),
        (a_line(tags="x"), "parsing value: \". Path 'tags', line 1"),
        ('{"id": {}}', "parsing value: {. Path 'id', line 1, position 8."),
        (a_line(authentication=[]), "parsing value: [. Path 'authentication', line 1"),
        (a_line(parentScopes=[{}]), "parsing value: {. Path 'parentScopes[0]', line 1"),
        (a_line(parentScopes="p"), "parsing value: \". Path 'parentScopes', line 1"),
        (a_line(importMode="upsert"), 'Error converting value "upsert" to type'),
        (a_line(status=7), "Error converting value 7 to type"),
        (a_line(capabilities={"iotEdge": "si"}), "Could not convert string to boolean: si. Path"),
        (a_line(tags={"n": float("nan")}), "Unexpected character encountered while parsing"),
        ('{"id":"d","status":"enabled","tags":{"n":' + "9" * 5000 + "}}", "JSON integer is too"),
        ("[" * 70 + "]" * 70, f"The reader's MaxDepth of {MOST_LEVELS} has been exceeded"),
        ("[" * 9999, f"The reader's MaxDepth of {MOST_LEVELS} has been exceeded"),
    ],
)
def test_what_does_not_fit_is_told_in_json_nets_words(line, error):
    """The first value that does not fit ends the reading."""
    assert error in error_of(line)


@pytest.mark.parametrize(
    ("word", "value"), [(True, True), ("True", True), ("FALSE", False), (1, True)]
)
def test_booleans_may_be_words_or_numbers(word, value):
    """Json.NET converts them."""
    assert parse_line(a_line(capabilities={"iotEdge": word})).is_edge is value


def test_strings_may_be_numbers():
    """Json.NET converts them too."""
    assert parse_line(a_line(statusReason=17)).status_reason == "17"


def test_half_a_surrogate_pair_is_replaced():
    """.NET replaces it; nothing that cannot be written as UTF-8 gets into the registry."""
    assert (
        parse_line('{"id":"d","status":"enabled","statusReason":"\\ud800"}').status_reason == "?"
    )


@given(st.text())
def test_no_text_breaks_the_reader(line: str):
    """Rubbish is refused with a sentence that names a place, never with anything else."""
    assert "line 1, position" in verdict(line)


@given(st.dictionaries(NAMES | st.text(), JSON, max_size=6))
def test_no_json_breaks_the_reader(document: dict[str, object]):
    """Nor does JSON of any other kind, under known names and unknown."""
    assert verdict(json.dumps({"id": "d", "status": "enabled"} | document))


@given(st.text(min_size=1), st.dictionaries(st.text(), JSON, max_size=4))
def test_what_a_twin_holds_is_read_as_it_is(identifier: str, tags: dict[str, object]):
    """The user's own documents are not touched by the reader."""
    assert parse_line(a_line(identifier, tags=tags)).tags == json.loads(json.dumps(tags))
