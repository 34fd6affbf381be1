"""What an exception may say when it leaves the app: to the host, and so to everybody's logs."""

from collections.abc import Iterator
from typing import Final

from shared.domain.redaction import redacted


_LIMIT: Final = 2000


class Failed(Exception):
    """Something went wrong whose own words must not be shown; these are what may be."""


def safe_to_raise(error: Exception) -> Exception:
    """Return what may be raised instead of an error: the error itself, if it holds no secret.

    Its causes are told in notes, for their own words can be addresses with a SAS. Raise it from
    None, so that nobody prints them.
    """
    text = redacted(str(error), _LIMIT)
    safe = error if text == str(error) else Failed(f"{type(error).__name__}: {text}")
    for cause in _causes(error):
        safe.add_note(redacted(f"because of {type(cause).__name__}: {cause}"))
    return safe.with_traceback(error.__traceback__)


def _causes(error: BaseException) -> Iterator[BaseException]:
    seen = {id(error)}
    cause = error.__cause__ or error.__context__
    while cause and id(cause) not in seen:
        seen.add(id(cause))
        yield cause
        cause = cause.__cause__ or cause.__context__
