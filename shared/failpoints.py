"""Names every call that the app makes to the world, so that a test can stop the app there.

Each call stands in the block of a failpoint. While somebody watches, entering the block may end
or pause the worker before the call, and leaving it may end the worker after the call, pause it, or
lose the answer. In production nobody watches, and a failpoint costs one comparison.
"""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Final


#: Returns what goes around a call, by the call's name and what it is about.
type Watch = Callable[[str, str], AbstractContextManager[None]]

_NOBODY: Final = nullcontext()
_watch: Watch | None = None


def failpoint(name: str, about: str = "") -> AbstractContextManager[None]:
    """Return what goes around a call to the world.

    Args:
        name: The thing and what is done to it, such as `document.replace`.
        about: Which one: a path, or a request. Never a secret.
    """
    return _NOBODY if _watch is None else _watch(name, about)


@contextmanager
def watched_by(watch: Watch) -> Iterator[None]:
    """Have all calls of this process watched, from whichever thread they are made."""
    global _watch  # noqa: PLW0603 - there is one for the process
    before, _watch = _watch, watch
    try:
        yield
    finally:
        _watch = before
