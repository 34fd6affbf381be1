"""What became of a call that failed below HTTP, in the ways azure-core and urllib3 tell it."""

from collections.abc import Iterator

from urllib3.exceptions import ConnectTimeoutError, NewConnectionError


def never_left(error: BaseException) -> bool:
    """Tell whether there was no connection to send on; in doubt, there was."""
    unsent = (NewConnectionError, ConnectTimeoutError)
    return any(isinstance(cause, unsent) for cause in causes(error))


def described(host: str, error: Exception) -> str:
    """Name an error and its causes; never their texts, which can hold addresses with secrets."""
    return f"{host}: {' from '.join(type(cause).__name__ for cause in causes(error))}"


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what it came from."""
    while error is not None:
        yield error
        inner = getattr(error, "inner_exception", None) or getattr(error, "reason", None)
        inner = inner or next((one for one in error.args if isinstance(one, Exception)), None)
        error = inner or error.__cause__
