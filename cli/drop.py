"""Drops device files."""

from pathlib import Path

from cli.connections import Connections


def drop_file(connections: Connections, file: Path, target: str) -> str:
    """Upload a file into the folder of its target; return the blob's name.

    Without a target it goes to the top, where the default target takes it. A file of the same name
    is overwritten, which makes a new import.
    """
    name = f"{target}/{file.name}" if target else file.name
    container = connections.storage.get_container_client("device-files")
    with file.open("rb") as content:
        container.upload_blob(name, content, overwrite=True)
    return name
