"""What a target said of single lines, kept on disk: a million failures fit into little memory."""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from operator import attrgetter
from typing import Any

from shared.domain.import_errors import LineError


_TABLE = """
    CREATE TABLE errors (device_id TEXT, module_id TEXT, code TEXT, message TEXT, applied INTEGER)
"""
_INDEX = "CREATE INDEX by_device ON errors (device_id, module_id)"
_FIND = "SELECT rowid, * FROM errors WHERE device_id = ? AND module_id IS ? LIMIT 1"
_ROW = attrgetter("device_id", "module_id", "code", "message", "applied")


class SqliteLineErrors:
    """The `LineErrors` port on a private SQLite database, which spills to a nameless file."""

    def __init__(self, database: sqlite3.Connection, errors: Iterable[LineError]) -> None:
        self._database = database
        database.execute(_TABLE)
        database.executemany("INSERT INTO errors VALUES (?, ?, ?, ?, ?)", map(_ROW, errors))
        database.execute(_INDEX)
        self._left = database.execute("SELECT count(*) FROM errors").fetchone()[0]

    def take(self, device_id: str, module_id: str | None) -> LineError | None:
        """Return the error of a device, once; see the port."""
        row = self._left and self._database.execute(_FIND, (device_id, module_id)).fetchone()
        if not row:
            return None
        self._database.execute("DELETE FROM errors WHERE rowid = ?", row[:1])
        self._left -= 1
        return _line_error(row[1:])

    def rest(self) -> Iterator[LineError]:
        """Yield the errors that nobody took; see the port."""
        for row in self._database.execute("SELECT * FROM errors ORDER BY rowid"):
            yield _line_error(row)


def _line_error(row: tuple[Any, ...]) -> LineError:
    device_id, module_id, code, message, applied = row
    return LineError(device_id, module_id, code, message, bool(applied))


@contextmanager
def line_errors(errors: Iterable[LineError]) -> Iterator[SqliteLineErrors]:
    """Keep `errors` for look-ups until the block ends."""
    # An empty name is SQLite's private database on disk; it is deleted when it is closed.
    with closing(sqlite3.connect("", isolation_level=None)) as database:
        database.execute("BEGIN")
        yield SqliteLineErrors(database, errors)
