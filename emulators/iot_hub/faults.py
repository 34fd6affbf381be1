"""Faults that a test orders: answers that come wrong or never, before or after the effect."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from threading import Lock
from typing import Any, Self


class When(StrEnum):
    """Whether the operation still has its effect."""

    BEFORE = "before"
    AFTER = "after"


class Action(StrEnum):
    """What comes instead of the answer."""

    HANG = "hang"  #: Nothing, until the client or the server goes.
    RESET = "reset"  #: A TCP reset.
    TRUNCATE = "truncate"  #: The head and half of the body, then the end.
    HTML = "html"  #: A page of the front end, 502.
    PAGE = "page"  #: A page of something in between, which says 200.
    STATUS = "status"  #: The service's error with that status.


@dataclass(frozen=True, slots=True)
class Fault:
    """One order: the next `times` calls of an operation, such as `POST /jobs/create`, go wrong."""

    operation: str
    action: Action
    status: int = 0
    when: When = When.BEFORE
    times: int = 1

    @classmethod
    def read(cls, body: Mapping[str, Any]) -> Self:
        """Read an order: `{"operation", "when", "action": "hang" … or {"status": 503}, "times"}`.

        Raises:
            KeyError, ValueError: It is not one.
        """
        action = body["action"]
        status = action["status"] if isinstance(action, dict) else 0
        return cls(
            operation=body["operation"],
            action=Action.STATUS if status else Action(action),
            status=int(status),
            when=When(body.get("when", When.BEFORE)),
            times=int(body.get("times", 1)),
        )


class Faults:
    """The orders that are left. Any thread may call any method."""

    def __init__(self) -> None:
        self._orders: list[Fault] = []
        self._lock = Lock()

    def add(self, fault: Fault) -> None:
        """Order a fault; for one operation, orders are met in the order they came."""
        with self._lock:
            self._orders += [fault] * fault.times

    def take(self, operation: str) -> Fault | None:
        """Return the next fault of an operation and strike it off."""
        with self._lock:
            fault = next((each for each in self._orders if each.operation == operation), None)
            if fault:
                self._orders.remove(fault)
            return fault

    def clear(self) -> None:
        """Strike off all that is left."""
        with self._lock:
            self._orders.clear()
