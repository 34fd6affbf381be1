"""The identity registry: devices, modules and their twins in SQLite, in memory or in a file."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Final, Literal, NamedTuple

from emulators.iot_hub.export_import_device import DeviceStatus
from emulators.iot_hub.identity import Identity
from emulators.iot_hub.tier import LIMITS, Tier


#: Rows that are read at a time, so that reading a whole registry takes little memory.
PAGE: Final = 1000

type Kind = Literal["any", "device", "module"]

_CONDITIONS: Final[dict[Kind, str]] = {
    "any": "true",
    "device": "module_id = ''",
    "module": "module_id <> ''",
}
_TABLE: Final = f"""
    CREATE TABLE IF NOT EXISTS identities (
        {", ".join(Identity._fields)}, PRIMARY KEY (device_id, module_id)
    )
"""
_FIND: Final = "SELECT * FROM identities WHERE device_id = ? AND module_id = ?"
_ROW: Final = ", ".join("?" * len(Identity._fields))
_INSERT: Final = f"INSERT INTO identities VALUES ({_ROW})"  # noqa: S608 - only question marks
_REPLACE: Final = f"REPLACE INTO identities VALUES ({_ROW})"  # noqa: S608 - only question marks


class Statistics(NamedTuple):
    """How many devices there are; modules do not count."""

    enabled: int
    disabled: int


class Registry:
    """Identities in the order of device id and module id. Any thread may call any method."""

    def __init__(self, path: Path | None = None, limit: int = LIMITS.devices) -> None:
        self.limit = limit
        #: The hub's tier, which decides what an identity may have; None for all there is.
        self.tier: Tier | None = None
        self._lock = RLock()
        self._database = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        # What the crash of a laptop may lose is not worth a flush to disk for every write.
        self._database.execute("PRAGMA synchronous = OFF")
        self._database.execute("PRAGMA journal_mode = WAL")
        self._database.execute(_TABLE)
        self._size = self.count("any")

    def __len__(self) -> int:
        """Return the number of devices and modules."""
        return self._size

    def __iter__(self) -> Iterator[Identity]:
        """Read everything, a page at a time: what changes meanwhile may or may not be seen."""
        last = ("", "")
        while rows := self.page("any", last):
            yield from rows
            last = rows[-1][:2]

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all others out, and keep all changes of the block or, after an exception, none."""
        with self._lock, self._database:
            self._database.execute("BEGIN")
            size = self._size
            try:
                yield
            except BaseException:
                self._size = size
                raise

    def find(self, device_id: str, module_id: str = "") -> Identity | None:
        """Return one identity."""
        with self._lock:
            row = self._database.execute(_FIND, (device_id, module_id)).fetchone()
        return row and Identity._make(row)

    def modules(self, device_id: str) -> list[Identity]:
        """Return the modules of a device."""
        return self._select("device_id = ? AND module_id <> ''", device_id)

    def page(self, kind: Kind, after: tuple[str, str], size: int = PAGE) -> list[Identity]:
        """Return the next identities of a kind, in order."""
        where = f"{_CONDITIONS[kind]} AND (device_id, module_id) > (?, ?)"
        return self._select(f"{where} ORDER BY device_id, module_id LIMIT ?", *after, size)

    def count(self, kind: Kind) -> int:
        """Count the identities of a kind."""
        return self._count(_CONDITIONS[kind])

    def statistics(self) -> Statistics:
        """Count the devices by status."""
        return Statistics(
            *(self._count(f"module_id = '' AND status = '{status}'") for status in DeviceStatus)
        )

    def add(self, identity: Identity) -> None:
        """Keep a new identity."""
        with self._lock:
            self._database.execute(_INSERT, identity)
            self._size += 1

    def replace(self, identity: Identity) -> None:
        """Keep an identity in place of the one it was made from."""
        with self._lock:
            self._database.execute(_REPLACE, identity)

    def remove(self, identity: Identity) -> None:
        """Forget a module, or a device with all its modules."""
        where = "device_id = ? AND module_id = ?" if identity.is_module else "device_id = ?"
        key = identity[:2] if identity.is_module else identity[:1]
        with self._lock:
            statement = f"DELETE FROM identities WHERE {where}"  # noqa: S608 - our own words
            cursor = self._database.execute(statement, key)
            self._size -= cursor.rowcount

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._database.execute("DELETE FROM identities")
            self._size = 0

    def _select(self, where: str, *values: str | int) -> list[Identity]:
        with self._lock:
            query = f"SELECT * FROM identities WHERE {where}"  # noqa: S608 - our own words
            rows = self._database.execute(query, values)
            return [Identity._make(row) for row in rows]

    def _count(self, where: str) -> int:
        with self._lock:
            query = f"SELECT count(*) FROM identities WHERE {where}"  # noqa: S608 - our own words
            (count,) = self._database.execute(query).fetchone()
            return int(count)
