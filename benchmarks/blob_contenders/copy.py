"""The limit: the blob goes through the app's own adapters as it is."""

from typing import Final

from shared.bootstrap import ports


FOLDER: Final = "work/copy"


def run(container: str, name: str) -> None:
    """Copy the blob."""
    files, work = ports().files, ports().work
    source = files.look(container, name)
    if source is None:
        raise FileNotFoundError(name)
    with work.replace(FOLDER, [name]) as opened:
        write = opened(name, 0)
        for chunk in files.read(source):
            write(chunk)
