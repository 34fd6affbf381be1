"""Reads blobs in large ranges, the next one while the last is used."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from typing import Any, Final

from azure.core.exceptions import HttpResponseError
from azure.storage.blob import BlobClient

from shared.failpoints import failpoint


#: Bytes that are handed on at once. Who puts some of them to others copies these, not a range.
PIECE_BYTES: Final = 1024 * 1024
_END: Final = b""


def bytes_of(
    blob: BlobClient, start: int = 0, size: int | None = None, **conditions: Any
) -> Iterator[bytes]:
    """Yield the bytes of a blob from `start` on, in ranges of the client's size.

    Nothing is there of an empty blob, or behind the end.
    """
    if size == 0:
        return
    try:
        # decompress: a small blob could unpack to any size.
        with failpoint("blob.read", f"{blob.container_name}/{blob.blob_name}"):
            yield from blob.download_blob(start, size, decompress=False, **conditions).chunks()
    except HttpResponseError as error:
        if error.status_code != HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE:
            raise


def read_ahead(ranges: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same ranges, and read the next one while this one is used."""
    with ThreadPoolExecutor(1, "read-ahead") as reader:
        following = reader.submit(next, ranges, _END)
        while data := following.result():
            following = reader.submit(next, ranges, _END)
            yield data


def pieces(ranges: Iterator[bytes]) -> Iterator[bytes]:
    """Yield the same bytes in pieces of at most `PIECE_BYTES`."""
    for data in ranges:
        for start in range(0, len(data), PIECE_BYTES):
            yield data[start : start + PIECE_BYTES]
