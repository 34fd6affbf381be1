"""Counts what storage clients send, repeats included."""

from collections import Counter
from typing import Any, Final


#: Requests by method.
calls: Final[Counter[str]] = Counter()


def count_call(request: Any) -> None:
    """Count a request: the hook that the SDK calls for each try."""
    calls[request.http_request.method] += 1
