import json
from typing import Any

import pytest

from shared.domain.configuration import MODE, is_about_configurations, judge_configuration
from shared.domain.device_line import Accepted, Rejected


def judged(**members: Any) -> Accepted | Rejected:
    found = judge_configuration(7, json.dumps(members).encode())
    assert isinstance(found, (Accepted, Rejected))
    return found


def test_a_line_of_an_export_is_taken_as_it_is():
    """Names are in PascalCase there; the mode that the hub needs is added."""
    found = judged(Id="fast", Priority=5, Content={"deviceContent": {}})
    assert isinstance(found, Accepted)
    assert json.loads(found.text) == {
        "id": "fast",
        "Priority": 5,
        "Content": {"deviceContent": {}},
        "importMode": MODE,
    }


@pytest.mark.parametrize(
    ("members", "code"),
    [
        pytest.param({}, "missing_field", id="no id"),
        pytest.param({"id": "Upper"}, "invalid_identifier", id="upper case"),
        pytest.param({"id": "x" * 129}, "invalid_identifier", id="too long"),
        pytest.param({"id": 5}, "invalid_identifier", id="a number"),
        pytest.param({"id": "a", "importMode": "create"}, "unknown_value", id="another mode"),
    ],
)
def test_what_the_hub_would_refuse_is_rejected(members: dict[str, Any], code: str):
    """With the line it stands on."""
    found = judged(**members)
    assert isinstance(found, Rejected)
    assert (found.line, [finding.code for finding in found.findings]) == (7, [code])


@pytest.mark.parametrize("text", [b"rubbish", b"[]", b"5", b"[" * 9999])
def test_what_is_no_object_is_rejected(text: bytes):
    """Nothing that stands on a line makes the reading fail."""
    assert isinstance(judge_configuration(1, text), Rejected)


@pytest.mark.parametrize(
    ("name", "about"),
    [
        ("factory-a/configurations.txt", True),
        ("factory-a/2026/plant.Configurations.ndjson", True),
        ("configurations.json.gz", True),
        ("factory-a/devices.txt", False),
        ("configurations/devices.txt", False),
        ("factory-a/myconfigurations.txt", False),
        ("factory-a/configurations.csv", False),
    ],
)
def test_the_name_says_what_a_file_is_about(name: str, *, about: bool):
    """The one that a hub exports, or something before it."""
    assert is_about_configurations(name) is about
