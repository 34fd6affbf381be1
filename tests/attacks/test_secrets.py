"""Nothing secret comes out, and each rule that keeps it in is needed."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from shared import bootstrap
from shared.domain import redaction
from shared.use_cases import validate_device_file
from tests.attacks.canaries import Canaries
from tests.attacks.leaks import (
    SCENES,
    of_exceptions,
    of_files,
    of_messages,
    of_metadata,
    of_services,
)
from tests.attacks.log_lines import LogLines
from tests.builders import a_file
from tests.fakes.world import World


ROOT = Path(__file__).parents[2]

type Scene = Callable[[Canaries], Iterator[str]]


def found(*scenes: Scene) -> tuple[int, dict[str, str]]:
    """Play scenes; return how many secrets were planted, and those that came out."""
    planted = 0
    out: dict[str, str] = {}
    for scene in scenes:
        plant = Canaries()
        with LogLines() as lines:
            left = list(scene(plant))
        out |= plant.found_in("\n".join((*left, *lines.told)))
        planted += len(plant.planted)
    return planted, out


@pytest.mark.parametrize("scene", SCENES, ids=lambda scene: scene.__name__)
def test_no_secret_comes_out(scene: Scene):
    """Not in a log, a message, a record, a report or an exception."""
    planted, out = found(scene)
    assert planted
    assert out == {}


def test_sixty_secrets_are_planted_in_all():
    """Each another one, in another place."""
    planted, _ = found(*SCENES)
    assert planted >= 60


def test_the_search_finds_what_is_there():
    """A secret that lies in its own file is found, so one elsewhere would be."""
    plant = Canaries()
    secrets = [plant.key("a"), plant.sas("b"), plant.token("c"), plant.pem("d"), plant.code("e")]
    assert plant.found_in("\n".join(secrets)).keys() == plant.planted.keys()
    assert plant.found_in(secrets[0][5:20])


@pytest.mark.parametrize("left_out", range(len(redaction.PATTERNS)))
def test_each_pattern_is_needed(left_out: int, monkeypatch: pytest.MonkeyPatch):
    """Without it a planted secret comes out."""
    others = [one for number, one in enumerate(redaction.PATTERNS) if number != left_out]
    monkeypatch.setattr(redaction, "PATTERNS", others)
    _, out = found(of_services, of_files)
    assert out


@pytest.mark.parametrize(
    ("module", "rule", "scene"),
    [
        (bootstrap, "safe_to_raise", of_exceptions),
        (validate_device_file, "readable", of_metadata),
    ],
    ids=["exceptions", "metadata"],
)
def test_each_other_rule_is_needed(
    module: object, rule: str, scene: Scene, monkeypatch: pytest.MonkeyPatch
):
    """What it keeps in comes out without it."""
    monkeypatch.setattr(module, rule, lambda kept: kept)
    _, out = found(scene)
    assert out


@pytest.mark.parametrize("scene", [of_files, of_messages], ids=lambda scene: scene.__name__)
def test_redaction_is_needed_in_these_scenes(scene: Scene, monkeypatch: pytest.MonkeyPatch):
    """So they do plant secrets where they are told of."""
    monkeypatch.setattr(redaction, "PATTERNS", ())
    _, out = found(scene)
    assert len(out) > 3


def test_all_functions_let_exceptions_out_through_the_same_door():
    """What the triggers call is wrapped, so no new function is forgotten."""
    called = set(re.findall(r"bootstrap\.(\w+)\(", (ROOT / "function_app.py").read_text()))
    functions = called - {"device_files_source"}
    assert len(functions) >= 8
    assert all(hasattr(getattr(bootstrap, name), "__wrapped__") for name in functions)


def test_the_sender_gets_back_what_was_sent():
    """The retry file has the keys of its lines, and lies where only the app works."""
    world, key = World(), Canaries().key("a")
    line = b'{"id":"a b","authentication":{"type":"sas","symmetricKey":{"primaryKey":"%s"}}}'
    import_id = world.drop("factory-a/x", a_file(line % key.encode()))
    world.poll()
    retry = world.result(import_id).data["reports"]["retry"]
    assert retry.split("/")[-3:] == ["work", import_id, "retry.ndjson"]
    assert key.encode() in world.work.files[f"work/{import_id}/retry.ndjson"]
