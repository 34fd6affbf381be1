"""What each unit test begins with."""

import pytest

from shared import outages


@pytest.fixture(autouse=True)
def everything_is_said() -> None:
    """No test before this one keeps the log quiet."""
    outages.log.filters.clear()
