"""Everything that anybody logs, formatted as the worker sends it to the host."""

import logging
from typing import Self

from shared.bootstrap import QUIET


class LogLines(logging.Handler):
    """Collects the records of all loggers while the block goes on.

    From DEBUG on, but for those that the app lets only warn.
    """

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.told: list[str] = []
        self._levels = {logging.getLogger(): logging.DEBUG} | {
            logging.getLogger(name): logging.WARNING for name in QUIET
        }
        self._before = {logger: logger.level for logger in self._levels}

    def __enter__(self) -> Self:
        logging.getLogger().addHandler(self)
        for logger, level in self._levels.items():
            logger.setLevel(level)
        return self

    def __exit__(self, *_: object) -> None:
        logging.getLogger().removeHandler(self)
        for logger, level in self._before.items():
            logger.setLevel(level)

    def emit(self, record: logging.LogRecord) -> None:
        """Note a record, with the exception that belongs to it."""
        self.told.append(self.format(record))
