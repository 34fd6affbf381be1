"""The straightforward way: read as the SDK offers it, judge line by line, upload at the end."""

from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, cast

from azure.storage.blob import BlobClient, BlobServiceClient
from pydantic import SecretStr

from benchmarks.blob_contenders.calls import count_call
from benchmarks.contenders.line_by_line import run_line_by_line
from benchmarks.contenders.naive import accept
from benchmarks.contenders.other_parser import judge_behind
from shared.bootstrap import settings
from shared.domain.parts import Part


CONTAINER: Final = "work"
FOLDER: Final = "naive"


def run(container: str, name: str) -> None:
    """Validate the blob."""
    connection = cast("SecretStr", settings().device_files.connection_string)
    text = connection.get_secret_value()
    with (
        BlobServiceClient.from_connection_string(text, raw_request_hook=count_call) as service,
        TemporaryDirectory() as folder,
    ):
        lines = _lines(service.get_blob_client(container, name))
        run_line_by_line(judge_behind(accept), lines, Path(folder))
        results = service.create_container(CONTAINER)
        for part in Part:
            with (Path(folder) / part).open("rb") as file:
                results.upload_blob(f"{FOLDER}/{part}", file)


def _lines(blob: BlobClient) -> Iterator[bytes]:
    rest = b""
    for chunk in blob.download_blob().chunks():
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield rest
