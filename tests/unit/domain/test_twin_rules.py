import tracemalloc
import unicodedata
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.device_identity import DeviceIdentity
from shared.domain.device_line import Accepted, judge_line
from shared.domain.finding import Finding
from shared.domain.rules import Code
from shared.domain.twin_rules import SECTIONS, twin_findings


def with_section(section: str, content: dict[str, Any]) -> DeviceIdentity:
    properties = section.removeprefix("properties.")
    member = {"tags": content} if section == "tags" else {"properties": {properties: content}}
    return cast("DeviceIdentity", {"id": "d1", **member})


def findings(content: dict[str, Any], section: str = "tags") -> list[Finding]:
    """Return what is said about a section of a twin."""
    return twin_findings(with_section(section, content))


def errors(content: dict[str, Any], section: str = "tags") -> list[tuple[str, str]]:
    """Return field and code of it, but for the warning of large properties."""
    return [
        (finding.field, finding.code)
        for finding in findings(content, section)
        if finding.code is not Code.TWIN_PROPERTY_LARGE
    ]


def size_of(value: Any) -> int:
    """Count as the documentation says, the plain way."""
    match value:
        case bool():
            return 4
        case int() | float():
            return 8
        case str():
            kept = (one for one in value if unicodedata.category(one) != "Cc")
            return len("".join(kept).encode())
        case dict():
            return sum(size_of(name) + size_of(member) for name, member in value.items())
        case _:
            return sum(map(size_of, value))


names = st.text(st.characters(exclude_categories=["C", "Z"], exclude_characters=".$#"), max_size=8)
scalars = (
    st.booleans()
    | st.integers(-(2**52), 2**52 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names, inner, max_size=3),
    max_leaves=8,
)
twins = st.dictionaries(names, values, max_size=5)
sections = pytest.mark.parametrize("section", SECTIONS)


@sections
@given(twin=twins)
def test_a_twin_within_all_limits_is_good(section: str, twin: dict[str, Any]):
    """Names and texts of any script, numbers, truth values, objects and arrays of them."""
    assert findings(twin, section) == []


@sections
@given(twin=twins, one_more=st.booleans())
def test_a_section_may_have_so_many_bytes_and_none_more(
    section: str, twin: dict[str, Any], *, one_more: bool
):
    """The size is the documentation's sum, and it is told exactly."""
    size, limit = SECTIONS[section] + one_more, SECTIONS[section]
    filled = {**twin, "rest": fill(size - size_of(twin) - len("rest"))}
    assert size_of(filled) == size
    found = [one for one in findings(filled, section) if one.code is Code.TWIN_TOO_LARGE]
    expected = Finding(section, Code.TWIN_TOO_LARGE, {"size": size, "limit": limit})
    assert found == [expected] * one_more


def fill(size: int) -> list[str]:
    """Return texts of so many bytes in all."""
    return ["x" * min(4096, size - start) for start in range(0, size, 4096)]


@given(values)
def test_a_large_property_is_warned_of(value: Any):
    """The quotas page names a smaller limit than the guide, for each property with its name."""
    size = 3 + size_of(value)
    padding = 4096 - size - len("pad")
    just_right = {"top": {"": value, "pad": "x" * padding}}
    too_large = {"top": {"": value, "pad": "x" * (padding + 1)}}
    assert findings(just_right) == []
    assert findings(too_large) == [Finding("tags.top", Code.TWIN_PROPERTY_LARGE, {"size": 4097})]


def nested(depth: int, inside: Any) -> dict[str, Any]:
    """Return so many objects in one another, below the section itself."""
    return {"a": nested(depth - 1, inside)} if depth else inside


def test_objects_are_nested_in_ten_levels():
    """A value may stand in the tenth object, but not an eleventh object or an array."""
    assert errors(nested(10, {"a": 1})) == []
    for eleventh in ({"b": 1}, {}, [1], []):
        path = "tags" + ".a" * 11
        assert errors(nested(10, {"a": eleventh})) == [(path, Code.TWIN_TOO_DEEP)]


def test_arrays_count_as_levels():
    """The service says nothing else of them, so neither do we."""
    assert errors({"a": [[[[[[[[[[1]]]]]]]]]]}) == []
    assert errors({"a": [[[[[[[[[[[1]]]]]]]]]]]}) == [("tags.a", Code.TWIN_TOO_DEEP)]


@pytest.mark.parametrize(
    "name",
    [".", "a.b", "$a", "a$", "#", "a b", " ", "\x00", "a\nb", "\x7f", "\x80", "a\x9f", "x" * 1025,
     "ü" * 513],
)  # fmt: skip
def test_a_name_that_the_service_refuses_is_named(name: str):
    """Wherever it stands; the section's own name is fine."""
    for twin in ({name: 1}, {"a": {name: 1}}, {"a": [{"b": {name: "x"}}]}):
        assert [code for _, code in errors(twin)] == [Code.TWIN_KEY]


@pytest.mark.parametrize("name", ["", "a", "-_:/()", "łódź", "名前", "x" * 1024, "ü" * 512])
def test_a_name_that_the_service_takes_is_good(name: str):
    """Up to 1,024 bytes in UTF-8, in any script."""
    assert errors({name: 1, "a": {name: [{name: True}]}}) == []


@pytest.mark.parametrize("number", [-(2**52), -1, 0, 2**52 - 1, 1.5, 1e300, -0.0])
def test_a_number_that_the_service_keeps_is_good(number: float):
    """The guide names the range of integers; others are doubles."""
    assert errors({"a": number, "b": [{"c": number}]}) == []


@pytest.mark.parametrize("number", [-(2**52) - 1, 2**52, 10**400, float("inf"), float("-inf")])
def test_a_number_that_the_service_cannot_keep_is_named(number: float):
    """It would be rounded, or refused."""
    assert errors({"a": {"b": number}}) == [("tags.a.b", Code.TWIN_NUMBER)]
    assert errors({"a": [1, number]}) == [("tags.a", Code.TWIN_NUMBER)]


def test_a_number_too_large_for_a_double_is_named():
    """JSON can write it, and readers make infinity of it, which JSON cannot write."""
    judged = judge_line(1, b'{"id":"d1","tags":{"a":1e999}}')
    assert not isinstance(judged, Accepted)


def test_a_text_has_4096_bytes():
    """Control characters are not counted."""
    assert errors({"a": "x" * 4096}) == errors({"a": {"b": "ü" * 2048}}) == []
    assert errors({"a": "\x01" * 5000 + "x" * 4096}) == []
    assert findings({"a": {"b": "ü" * 2049}})[0] == Finding(
        "tags.a.b", Code.TWIN_TEXT_TOO_LONG, {"length": 4098}
    )


@sections
def test_null_is_named_wherever_it_stands(section: str):
    """A twin that is written whole cannot hold it, not even in an array."""
    content = {"a": None, "b": {"c": None}, "d": [1, {"e": None}]}
    paths = [f"{section}.{path}" for path in ("a", "b.c", "d.e")]
    assert errors(content, section) == [(path, Code.TWIN_NULL) for path in paths]


def test_all_that_is_wrong_is_named():
    """Each with its own path, in the order of the line."""
    content = {"a": {"b c": None, "d": 2**60}, "e": 1, "f": [{"$g": 1}]}
    assert errors(content, "properties.desired") == [
        ("properties.desired.a.b c", Code.TWIN_KEY),
        ("properties.desired.a.b c", Code.TWIN_NULL),
        ("properties.desired.a.d", Code.TWIN_NUMBER),
        ("properties.desired.f.$g", Code.TWIN_KEY),
    ]


@pytest.mark.parametrize("section", ["properties.desired", "properties.reported"])
def test_what_the_hub_adds_itself_is_left_out(section: str):
    """A twin as it is read has members that cannot be written; their content is not judged."""
    content = {"$metadata": {"a": None}, "$version": 3, "a": 1}
    assert errors(content, section) == [
        (f"{section}.$metadata", Code.TWIN_METADATA_DROPPED),
        (f"{section}.$version", Code.TWIN_METADATA_DROPPED),
    ]
    assert errors({"a": {"$version": 1}}, section) == [(f"{section}.a.$version", Code.TWIN_KEY)]


def test_tags_have_no_such_members():
    """There it is a bad name like any other."""
    assert errors({"$version": 3}) == [("tags.$version", Code.TWIN_KEY)]


def test_names_are_not_hoarded():
    """Files with new and very long names on every line cost no memory."""
    tracemalloc.start()
    for number in range(50):
        findings({f"{number}" + "x" * 20_000: 1})
    kept, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert kept < 200_000
