"""Waits for things that happen in other processes."""

import time
from collections.abc import Callable
from threading import Event
from typing import Any


#: For anything that has to happen; on a busy machine everything takes longer.
SECONDS = 120


def until(happens: Callable[[], Any], what: str, seconds: float = SECONDS) -> Any:
    """Wait until it happens and return what was found."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if found := happens():
            return found
        Event().wait(0.1)
    message = f"in {seconds} s: {what}"
    raise AssertionError(message)
