"""Everything that anybody logs, formatted as the worker sends it to the host."""

import logging
from typing import Self


class LogLines(logging.Handler):
    """Collects the records of all loggers, from DEBUG on, while the block goes on.

    The SDKs of Azure tell of every call in several lines below WARNING, which the app turns off.
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.told: list[str] = []
        self._root = logging.getLogger()
        self._azure = logging.getLogger("azure")
        self._before = self._root.level, self._azure.level

    def __enter__(self) -> Self:
        self._root.addHandler(self)
        self._root.setLevel(logging.DEBUG)
        self._azure.setLevel(logging.WARNING)
        return self

    def __exit__(self, *_: object) -> None:
        self._root.removeHandler(self)
        self._root.setLevel(self._before[0])
        self._azure.setLevel(self._before[1])

    def emit(self, record: logging.LogRecord) -> None:
        """Note a record, with the exception that belongs to it."""
        self.told.append(self.format(record))
