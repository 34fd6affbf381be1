"""Files that are made once and kept for the next run."""

import hashlib
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path


def kept_file(name: str, makers: Iterable[str], content: Callable[[], Iterable[bytes]]) -> Path:
    """Return a file in the folder for temporary files; it is made if it is not there.

    Args:
        name: Tells it from others; with what formats are told by behind the first dot.
        makers: The modules that it depends on: one made by other code is another file.
        content: Yields its bytes.
    """
    folder = Path(tempfile.gettempdir()) / "device-file-benchmarks"
    folder.mkdir(exist_ok=True)
    stem, _, ending = name.partition(".")
    path = folder / f"{stem}-{_version(makers)}.{ending}"
    if not path.exists():
        unfinished = path.with_name(f"{path.name}.part")
        with unfinished.open("wb", buffering=1 << 20) as file:
            file.writelines(content())
        unfinished.rename(path)
    return path


def _version(makers: Iterable[str]) -> str:
    codes = (Path(__file__).with_name(f"{name}.py").read_bytes() for name in makers)
    return hashlib.sha256(b"".join(codes)).hexdigest()[:8]
