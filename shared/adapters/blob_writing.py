"""Writes blobs of any size in blocks: one is uploaded while the next is filled.

Several files are open at the same time, each in sections, but one thread uploads one block at a
time, and what waits for it is bounded over all of them.
"""

import secrets
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from typing import Final

from azure.storage.blob import BlobBlock, BlobClient

from shared.adapters.storage import BLOCK_BYTES, storage_errors
from shared.domain.parts import Write
from shared.failpoints import failpoint
from shared.ports import OpenFile


#: Bytes that all sections together may hold back.
HELD_BYTES: Final = 2 * BLOCK_BYTES


@contextmanager
def writing(blobs: Mapping[str, BlobClient]) -> Iterator[OpenFile]:
    """Open blobs for writing, by name. Each appears whole when the block ends well."""
    with ThreadPoolExecutor(1, "upload") as thread:
        upload = _Upload(thread)
        files = {name: _File(blob, upload) for name, blob in blobs.items()}
        yield lambda name, section: files[name].section(section)
        for file in files.values():
            file.commit()


class _Upload:
    """Sends one block after the other, and knows how much is held back."""

    def __init__(self, thread: ThreadPoolExecutor) -> None:
        self._thread = thread
        self._under_way: Future[None] | None = None
        self._held = 0
        self.sections: list[_Section] = []

    def hold(self, size: int) -> None:
        """Note that a section holds back more; when it is too much, have the fullest one sent."""
        self._held += size
        if self._held > HELD_BYTES:
            max(self.sections, key=lambda section: section.size).stage()

    def send(self, blob: BlobClient, block_id: str, data: bytes) -> None:
        """Send a block as soon as the one before has arrived."""
        self._held -= len(data)
        self.wait()
        self._under_way = self._thread.submit(_stage, blob, block_id, data)

    def wait(self) -> None:
        """Wait until everything that was sent has arrived."""
        if self._under_way:
            self._under_way.result()


def _path(blob: BlobClient) -> str:
    return f"{blob.container_name}/{blob.blob_name}"


def _stage(blob: BlobClient, block_id: str, data: bytes) -> None:
    with storage_errors(), failpoint("file.stage", _path(blob)):
        blob.stage_block(block_id, data)


class _Section:
    """Collects bytes into blocks."""

    def __init__(self, blob: BlobClient, upload: _Upload) -> None:
        self._blob = blob
        self._upload = upload
        self._writer = secrets.token_hex(4)
        self._buffer = BytesIO()
        self.size = 0
        self.blocks: list[BlobBlock] = []

    def write(self, data: bytes) -> None:
        """Take some more bytes."""
        self._buffer.write(data)
        self.size += len(data)
        self._upload.hold(len(data))
        if self.size >= BLOCK_BYTES:
            self.stage()

    def stage(self) -> None:
        """Have sent what is held back, if it is anything."""
        if self.size:
            block = BlobBlock(f"{self._writer}-{len(self.blocks):06}")
            self.blocks.append(block)
            self._upload.send(self._blob, block.id, self.take())

    def take(self) -> bytes:
        """Return what is held back, and forget it."""
        data = self._buffer.getvalue()
        self._buffer, self.size = BytesIO(), 0
        return data


class _File:
    """A blob that is written in sections; nothing is visible before `commit`.

    Blocks become a blob in the order in which they are named at the end. So sections may be filled
    in turn, and still follow one another.
    """

    def __init__(self, blob: BlobClient, upload: _Upload) -> None:
        self._blob = blob
        self._upload = upload
        self._sections: dict[int, _Section] = {}

    def section(self, number: int) -> Write:
        """Return what takes the bytes of a section."""
        if number not in self._sections:
            self._sections[number] = _Section(self._blob, self._upload)
            self._upload.sections.append(self._sections[number])
        return self._sections[number].write

    def commit(self) -> None:
        """Make all bytes visible at once, in place of what was there."""
        sections = [section for _, section in sorted(self._sections.items())]
        if any(section.blocks for section in sections):
            self._commit_blocks(sections)
            return
        content = b"".join(section.take() for section in sections)
        with storage_errors(), failpoint("file.write", _path(self._blob)):
            self._blob.upload_blob(content, overwrite=True)

    def _commit_blocks(self, sections: list[_Section]) -> None:
        for section in sections:
            section.stage()
        self._upload.wait()
        blocks = [block for section in sections for block in section.blocks]
        with storage_errors(), failpoint("file.commit", _path(self._blob)):
            self._blob.commit_block_list(blocks)
