"""Dropped files and work files in memory."""

import hashlib
import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO

from shared.domain.errors import Conflict, SourceChanged
from shared.domain.import_record import Source
from shared.domain.parts import Part
from shared.ports import OpenFile
from tests.fakes.clock import FakeClock


@dataclass
class FakeDeviceFiles:
    """The `DeviceFiles` port in memory; `drop` is what a person does."""

    clock: FakeClock
    chunk_bytes: int = 1 << 20
    _blobs: dict[tuple[str, str], tuple[Source, bytes]] = field(default_factory=dict)
    _writes: int = 0

    def drop(
        self,
        name: str,
        content: bytes,
        container: str = "device-files",
        metadata: Mapping[str, str] | None = None,
    ) -> Source:
        """Write a blob; every write makes a new version."""
        self._writes += 1
        version = hashlib.sha256(content + str(self._writes).encode()).hexdigest()[:16]
        source = Source(
            account="fake",
            container=container,
            name=name,
            etag=f'"{version}"',
            size=len(content),
            last_modified=self.clock.now(),
            metadata=metadata or {},
        )
        self._blobs[container, name] = (source, content)
        return source

    def delete(self, name: str, container: str = "device-files") -> None:
        """Delete a blob."""
        del self._blobs[container, name]

    def forget(self) -> None:
        """Delete all blobs."""
        self._blobs.clear()

    def look(self, container: str, name: str) -> Source | None:
        """Return the version that is there now."""
        found = self._blobs.get((container, name))
        return found and found[0]

    def all(self, container: str) -> Iterator[Source]:
        """Yield all versions."""
        blobs = list(self._blobs.items())
        yield from (source for (where, _), (source, _) in blobs if where == container)

    def read(self, source: Source) -> Iterator[bytes]:
        """Yield exactly this version."""
        found, content = self._blobs.get((source.container, source.name), (None, b""))
        if found is None or found.etag != source.etag:
            raise SourceChanged(source.name)
        for start in range(0, len(content), self.chunk_bytes):
            yield content[start : start + self.chunk_bytes]


@dataclass
class FakeWork:
    """The `Work` port in memory."""

    files: dict[str, bytes] = field(default_factory=dict)
    #: How often each file was written.
    writes: Counter[str] = field(default_factory=Counter)
    #: Raised by the next writing, instead of doing it.
    fail_next: Exception | None = None

    @contextmanager
    def replace(
        self, folder: str, names: Sequence[str], onto: Mapping[str, str] | None = None
    ) -> Iterator[OpenFile]:
        """Collect bytes; they appear at the end, unless somebody else wrote meanwhile."""
        if failure := self.fail_next:
            self.fail_next = None
            raise failure
        parts: Mapping[str, dict[int, list[bytes]]] = {name: defaultdict(list) for name in names}
        yield lambda name, section: parts[name][section].append
        for name, sections in parts.items():
            if onto is not None and self.versions(folder).get(name) != onto.get(name):
                raise Conflict(name)
            content = (b"".join(section) for _, section in sorted(sections.items()))
            self.files[f"{folder}/{name}"] = b"".join(content)
            self.writes[f"{folder}/{name}"] += 1

    def forget(self) -> None:
        """Be as new."""
        self.files.clear()
        self.writes.clear()

    def versions(self, folder: str) -> Mapping[str, str]:
        """Return how often each file was written."""
        written = ((path.rpartition("/"), count) for path, count in self.writes.items())
        return {name: str(count) for (where, _, name), count in written if where == folder}

    def read(self, path: str, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of a file."""
        content = self.files.get(path, b"")[start:]
        if content := content if size is None else content[:size]:
            yield content

    def address(self, path: str) -> str:
        """Return a made-up address."""
        return f"https://fake.blob.core.windows.net/{path}"

    @contextmanager
    def scratch(self) -> Iterator[BinaryIO]:
        """Open a file in memory."""
        yield io.BytesIO()

    def lines(self, path: str) -> list[bytes]:
        """Return the lines of a file, for assertions."""
        return self.files[path].splitlines()


class FakeParts:
    """The `Parts` of one validation in memory."""

    def __init__(self) -> None:
        self._work = FakeWork()

    def replace(self, *parts: Part) -> AbstractContextManager[OpenFile]:
        """Collect bytes; they appear at the end."""
        return self._work.replace("parts", parts)

    def read(self, part: Part, start: int = 0, size: int | None = None) -> Iterator[bytes]:
        """Yield the bytes of a part."""
        return self._work.read(f"parts/{part}", start, size)
