import traceback

import pytest

from shared.domain.errors import Unavailable
from shared.domain.leaving_errors import Failed, safe_to_raise


SECRET = "https://plant.blob.core.windows.net/c?sv=1&sig=c2VjcmV0"


def raised(error: Exception, cause: Exception | None = None) -> Exception:
    """Return an error as it is when someone has caught it."""
    with pytest.raises(type(error)) as caught:
        raise error from cause
    return caught.value


def printed(error: Exception) -> str:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - any may come
        raise safe_to_raise(error) from None
    return "".join(traceback.format_exception(caught.value))


def test_an_error_without_secrets_stays_itself():
    """Its class is the reaction, and where it came from is still told."""
    error = raised(Unavailable("storage: InternalError"))
    assert safe_to_raise(error) is error
    assert "in raised" in printed(error)


def test_an_error_with_a_secret_is_told_in_other_words():
    """By its class, from where it was raised."""
    safe = safe_to_raise(raised(ValueError(f"cannot read {SECRET}")))
    assert isinstance(safe, Failed)
    assert (
        str(safe) == "ValueError: cannot read https://plant.blob.core.windows.net/c?sv=1&sig=***"
    )
    assert safe.__traceback__


def test_causes_are_told_without_secrets():
    """However deep they are, and also those that nobody named."""
    middle = raised(OSError("no answer"))
    middle.__context__ = KeyError(SECRET)
    text = printed(raised(Unavailable("storage"), middle))
    assert "because of OSError: no answer" in text
    assert "because of KeyError: " in text
    assert "c2VjcmV0" not in text


def test_causes_that_go_round_come_to_an_end():
    """Each is told once."""
    one, other = ValueError("one"), ValueError("other")
    one.__cause__, other.__cause__ = other, one
    assert safe_to_raise(one).__notes__ == ["because of ValueError: other"]
