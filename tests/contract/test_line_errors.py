from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import pytest

from shared.adapters.line_errors import line_errors
from shared.domain.import_errors import LineError
from shared.ports import LineErrors
from tests.fakes.hub import FakeLineErrors


type Keep = Callable[[Sequence[LineError]], AbstractContextManager[LineErrors]]


@pytest.fixture(params=["fake", "sqlite"])
def keep(request: Any) -> Keep:
    if request.param == "fake":
        return lambda errors: nullcontext(FakeLineErrors(errors))
    return line_errors


D1 = LineError("d1", None, "DeviceNotFound", "no such device")
D1_M = LineError("d1", "m", "ModuleNotFound", "no such module")
NOBODY = LineError(None, None, "DeserializationError", "could not be read")


def test_each_device_finds_its_own_error(keep: Keep):
    """A module's error is not its device's."""
    with keep([D1_M, D1]) as errors:
        assert errors.take("d1", None) == D1
        assert errors.take("d1", "m") == D1_M
        assert errors.take("d2", None) is None


def test_an_error_is_taken_once(keep: Keep):
    """A hub may say two things of one device."""
    with keep([D1, D1]) as errors:
        assert errors.take("d1", None) == D1
        assert errors.take("d1", None) == D1
        assert errors.take("d1", None) is None


def test_what_nobody_took_is_left(keep: Keep):
    """In the hub's order."""
    with keep([NOBODY, D1, D1_M]) as errors:
        errors.take("d1", None)
        assert list(errors.rest()) == [NOBODY, D1_M]


def test_no_errors_are_the_usual_case(keep: Keep):
    """Nothing to take, nothing left."""
    with keep([]) as errors:
        assert errors.take("d1", None) is None
        assert list(errors.rest()) == []
