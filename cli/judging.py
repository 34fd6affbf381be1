"""Judges one file by the app's own validator, and keeps what people want of it."""

from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryFile

from rich.console import Console

from cli.examples import Examples
from cli.part_files import PartFiles
from cli.progress import ReadingProgress
from cli.source import open_source
from cli.verdict import Verdict
from shared.domain.formats.format import FileRefused
from shared.domain.formats.recognition import Kind, recognise
from shared.domain.validation import validate


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
        parts = opened.enter_context(PartFiles.in_folder(folder))
        scratch = opened.enter_context(TemporaryFile())
        progress = opened.enter_context(ReadingProgress(source, Console(stderr=True)))
        form, chunks = recognise(source.name, progress.read(), kind)
        tally = validate(form.pieces(chunks), form, parts, scratch, details=details)
        examples = Examples.of_parts(parts)
        if folder:
            parts.publish(folder, form)
    return Verdict(str(path), kind, form.name, tally, examples)
