"""The identities of a tenant, and which devices enrolled: SQLite, in memory or in a file."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from threading import RLock
from typing import Final, NamedTuple
from uuid import uuid4

from emulators.graph.filters import Condition
from emulators.graph.identity import (
    Device,
    EnrollmentState,
    ImportedDeviceIdentity,
    Platform,
)


#: A time that never came is written as the year 1 (microsoft-graph-docs#20196).
_TABLES: Final = """
    CREATE TABLE IF NOT EXISTS identities (
        number INTEGER PRIMARY KEY, id UNIQUE, kind, identifier, created, modified, description,
        platform, UNIQUE (kind, identifier)
    );
    CREATE TABLE IF NOT EXISTS enrollments (
        kind, identifier, state, contacted, PRIMARY KEY (kind, identifier)
    );
    CREATE VIEW IF NOT EXISTS shown AS
        SELECT
            number, id, identifier, kind, modified, created,
            coalesce(contacted, '0001-01-01T00:00:00Z') AS contacted, description,
            coalesce(state, 'notContacted') AS state, platform
        FROM identities LEFT JOIN enrollments USING (kind, identifier);
"""
_PUT: Final = """
    INSERT INTO identities (id, kind, identifier, created, modified, description, platform)
    VALUES (:id, :kind, :identifier, :now, :now, :description, :platform)
    ON CONFLICT (kind, identifier) DO UPDATE
    SET modified = :now, description = :description, platform = :platform WHERE :overwrite
"""


class Row(NamedTuple):
    """An identity and its place in the order of their imports."""

    number: int
    identity: ImportedDeviceIdentity


class Identities:
    """All identities, oldest first. Any thread may call any method."""

    def __init__(self, path: Path | None = None) -> None:
        self._lock = RLock()
        self._database = sqlite3.connect(
            path or ":memory:", isolation_level=None, check_same_thread=False
        )
        self._database.executescript(_TABLES)

    def close(self) -> None:
        """Close the database."""
        with self._lock:
            self._database.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Keep all others out, and keep all changes of the block or, after an exception, none."""
        with self._lock, self._database:
            self._database.execute("BEGIN")
            yield

    def put(
        self, device: Device, description: str | None, platform: Platform, *, overwrite: bool
    ) -> ImportedDeviceIdentity:
        """Keep a new identity, or change the one that there is if `overwrite` says so.

        Returns:
            What is kept now.
        """
        values = {
            **device._asdict(),
            "id": str(uuid4()),
            "now": _now(),
            "description": description,
            "platform": platform,
            "overwrite": overwrite,
        }
        with self._lock:
            self._database.execute(_PUT, values)
            (row,) = self._select(_of(device))
        return row.identity

    def find(self, device: Device) -> ImportedDeviceIdentity | None:
        """Return the identity of a device."""
        return next((row.identity for row in self._select(_of(device))), None)

    def get(self, identity_id: str) -> ImportedDeviceIdentity | None:
        """Return the identity with that id."""
        rows = self._select(Condition("id = ?", [identity_id]))
        return next((row.identity for row in rows), None)

    def remove(self, identity_id: str) -> bool:
        """Forget an identity, not that its device has enrolled; tell whether there was one."""
        with self._lock:
            statement = "DELETE FROM identities WHERE id = ?"
            return self._database.execute(statement, [identity_id]).rowcount > 0

    def page(self, condition: Condition, after: int, skip: int, size: int) -> list[Row]:
        """Return the next identities that fit the condition."""
        sql = f"({condition.sql}) AND number > ? ORDER BY number LIMIT ? OFFSET ?"
        return self._select(Condition(sql, condition.parameters), after, size, skip)

    def enroll(self, device: Device, state: EnrollmentState) -> None:
        """Note how far a device has come, whether or not its identity was imported."""
        statement = "REPLACE INTO enrollments VALUES (?, ?, ?, ?)"
        with self._lock:
            self._database.execute(statement, [*device, state, _now()])

    def clear(self) -> None:
        """Forget all identities and devices."""
        with self._lock:
            self._database.executescript("DELETE FROM identities; DELETE FROM enrollments;")

    def _select(self, condition: Condition, *more: int) -> list[Row]:
        query = f"SELECT * FROM shown WHERE {condition.sql}"  # noqa: S608 - our own words
        with self._lock:
            rows = self._database.execute(query, [*condition.parameters, *more])
            return [Row(number, ImportedDeviceIdentity(*rest)) for number, *rest in rows]


def _of(device: Device) -> Condition:
    return Condition("kind = ? AND identifier = ?", device)


def _now() -> str:
    """Return the present moment with seven digits, as .NET writes it."""
    return f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%S.%f}0Z"
