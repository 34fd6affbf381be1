"""Which target conditions and metric queries are taken."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.iot_hub.conditions import is_metric, is_target_of_devices, is_target_of_modules


PROPERTIES = st.sampled_from(["deviceId", "tags.site", "properties.reported.a.$version"])
VALUES = st.sampled_from(["'x'", '"it\'s"', "5", "-1.5", "true", "NULL", "'a = (b'"])
COMPARISONS = st.builds(
    "{} {} {}".format, PROPERTIES, st.sampled_from(["=", "!=", "<>", "<=", ">"]), VALUES
)
CONDITIONS = st.recursive(
    COMPARISONS
    | st.builds(
        "{} {} [{}, {}]".format, PROPERTIES, st.sampled_from(["in", "NIN"]), VALUES, VALUES
    )
    | st.builds("is_defined({})".format, PROPERTIES),
    lambda inner: (
        st.builds("({} AND {})".format, inner, inner)
        | st.builds("{} or {}".format, inner, inner)
        | st.builds("NOT {}".format, inner)
    ),
    max_leaves=6,
)


@given(CONDITIONS)
def test_whatever_the_grammar_makes_is_a_target(condition):
    """Of devices as it is, of modules behind the words that modules need."""
    assert is_target_of_devices(condition)
    assert is_target_of_modules(f"from devices.modules where {condition}")
    assert not is_target_of_modules(condition)
    assert is_metric(f"SELECT deviceId FROM devices WHERE {condition}")  # noqa: S608 - no SQL


@given(CONDITIONS, st.data())
def test_a_condition_that_breaks_off_is_none(condition, data):
    """Wherever that is."""
    cut = data.draw(st.integers(1, len(condition)))
    assert not is_target_of_devices(f"{condition[:cut]} and")


@given(st.text())
def test_no_text_breaks_the_reader(text):
    """It says yes or no."""
    assert {is_target_of_devices(text), is_target_of_modules(text), is_metric(text)} <= {
        True,
        False,
    }


@pytest.mark.parametrize(
    "condition",
    [
        "*",
        "",
        " ",
        "tags.environment='test'",
        "tags.[[a b]].c = 1",
        "tags['a b'] = 1",
        "deviceId in ['a','b'] and not (tags.x = 1 or tags.y = 2)",
        "properties.reported.chillerProperties.model='4000x'",
        "startswith(deviceId, 'line-1')",
    ],
)
def test_what_microsofts_pages_show_is_taken(condition):
    """And all devices, and none."""
    assert is_target_of_devices(condition)


@pytest.mark.parametrize(
    "condition",
    [
        "properties.desired.x = 1",
        "status = 'enabled'",
        "capabilities.iotEdge = true",
        "tagsx = 1",
        "tags.x",
        "tags.x =",
        "tags.x = 'open",
        "tags.x = 1 tags.y = 2",
        "(tags.x = 1",
        "tags.x == 1",
        "tags.x = 1; drop",
        "lower(tags.x) = 'a'",
        "moduleId = 'm'",
        "from devices.modules where tags.x = 1",
    ],
)
def test_what_devices_cannot_be_chosen_by(condition):
    """Other properties than deviceId, tags and reported ones, and what is no condition."""
    assert not is_target_of_devices(condition)


@pytest.mark.parametrize(
    ("condition", "verdict"),
    [
        ("from devices.modules where moduleId = 'm'", True),
        ("FROM devices.modules WHERE tags.building = 9", True),
        ("from devices.modules where", False),
        ("from devices where tags.x = 1", False),
        ("*", False),
    ],
)
def test_modules_are_chosen_behind_their_own_words(condition, verdict):
    """`from devices.modules where`, says the page of the Azure CLI."""
    assert is_target_of_modules(condition) is verdict


@pytest.mark.parametrize(
    ("query", "verdict"),
    [
        ("select deviceId from devices", True),
        (
            "SELECT deviceId, moduleId FROM devices.modules WHERE properties.desired.$version = 1",
            True,
        ),
        ("select deviceId from devices where configurations.[[c]].status = 'Applied'", True),
        ("select deviceId\nfrom devices\nwhere tags.a = 1", True),
        ("select from devices", False),
        ("select deviceId from twins", False),
        ("select deviceId from devices where", False),
        ("delete from devices", False),
    ],
)
def test_a_metric_is_a_query_over_devices_or_modules(query, verdict):
    """On any property."""
    assert is_metric(query) is verdict
