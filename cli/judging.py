"""Judges one file by the app's own validator, and keeps what people want of it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryFile

from rich.console import Console

from cli.examples import TELLING, Examples
from cli.part_files import PartFiles
from cli.progress import ReadingProgress
from cli.source import open_source
from cli.verdict import Verdict
from shared.domain.device_file import DeviceFile
from shared.domain.device_line import Order
from shared.domain.formats.format import FileRefused
from shared.domain.formats.recognition import Kind
from shared.domain.parts import Part, Write
from shared.domain.validation import Open, validate


type Taker = Callable[[bytes], object]


def judge(path: Path, kind: Kind, details: int, folder: Path | None) -> Verdict:
    """Judge a file, and tell on the terminal how far it is if that takes long.

    Args:
        path: `-` for standard input.
        kind: What the file is about.
        details: How many findings are told in full.
        folder: Where the parts are to be written; None for nowhere.
    """
    try:
        return _judge(path, kind, details, folder)
    except FileRefused as refused:
        return Verdict(str(path), kind, refusal=refused)
    except OSError as error:
        return Verdict(str(path), kind, refusal=FileRefused("io_error", str(error)))


def _judge(path: Path, kind: Kind, details: int, folder: Path | None) -> Verdict:
    with ExitStack() as opened:
        source = opened.enter_context(open_source(path))
        files = opened.enter_context(PartFiles.in_folder(folder)) if folder else None
        scratch = opened.enter_context(TemporaryFile())
        progress = opened.enter_context(ReadingProgress(source, Console(stderr=True)))
        file = DeviceFile(source.name, progress.read, kind)
        outputs = _Outputs(files)
        tally = validate(file.pieces, file.form, outputs.open, scratch, details=details)
        if files:
            files.publish(file.form)
    return Verdict(str(path), kind, file.form.name, tally, outputs.examples)


class _Outputs:
    """Takes what a validation writes: examples to be shown and, if they are wanted, files."""

    def __init__(self, files: PartFiles | None) -> None:
        self._files = files
        self.examples = Examples()

    @contextmanager
    def open(self) -> Iterator[Open]:
        """Open the parts for one pass over the file."""
        self.examples = Examples()
        writes: dict[tuple[Part, Order], Write] = {}
        if self._files:
            self._files.clear()
        with ExitStack() as files:

            def part(name: Part, order: Order) -> Write:
                if (name, order) not in writes:
                    writes[name, order] = _to_all(*self._takers(name, order, files))
                return writes[name, order]

            yield part

    def _takers(self, part: Part, order: Order, files: ExitStack) -> Iterator[Taker]:
        if part in TELLING:
            yield self.examples.write
        if self._files:
            yield files.enter_context(self._files.open(part, order)).write


def _to_all(*takers: Taker) -> Write:
    def write(data: bytes) -> None:
        for take in takers:
            take(data)

    return write
