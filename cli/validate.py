"""Validates device files offline, with the app's own validator: no Azure, no setting."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from cli.judging import judge
from cli.part_files import is_part_file
from cli.verdict import Verdict
from cli.verdict_view import verdict_view
from shared.domain.formats.recognition import Kind
from shared.domain.telling import DETAILS


def validate(
    files: Annotated[list[Path], typer.Argument(help="Device files; - is standard input.")],
    *,
    out: Annotated[
        Path | None,
        typer.Option(
            file_okay=False,
            help="Folder for devices.txt, rejected.*, skipped.*, warnings.* and, in the sender's "
            "own format, retry.*; for several files a folder each in there.",
        ),
    ] = None,
    kind: Annotated[Kind, typer.Option(help="What the files are about.")] = "devices",
    details: Annotated[
        int, typer.Option(min=0, help="Findings that are told in full; all are counted.")
    ] = DETAILS,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object and nothing else.")
    ] = False,
) -> None:
    """Say what is wrong with device files, and what they would do to a hub. Needs no Azure.

    The exit code is 0 if all lines are good, 1 if some are rejected, 2 if a file cannot be read or
    has no good line; of several files the worst counts.
    """
    folders = _folders(files, out)
    console = Console()
    verdicts: list[Verdict] = []
    for file, folder in zip(files, folders, strict=True):
        verdicts.append(judge(file, kind, details, folder))
        if not as_json:
            console.print(verdict_view(verdicts[-1]))
    exit_code = max(verdict.exit_code for verdict in verdicts)
    if as_json:
        found = {"exitCode": exit_code, "files": [verdict.as_json() for verdict in verdicts]}
        typer.echo(json.dumps(found, ensure_ascii=False, indent=2))
    raise typer.Exit(exit_code)


def _folders(files: Sequence[Path], out: Path | None) -> Sequence[Path | None]:
    """Return where the parts of each file go.

    Raises:
        typer.BadParameter: Parts would be written over one another, or over a file.
    """
    if out is None:
        return [None] * len(files)
    folders = [out / file.name for file in files] if len(files) > 1 else [out]
    if len(set(folders)) < len(folders):
        message = "two of the files have the same name; validate them one by one"
        raise typer.BadParameter(message, param_hint="--out")
    taken = {folder.resolve() for folder in folders}
    for file in files:
        if is_part_file(file.name) and file.resolve().parent in taken:
            message = f"{file} would be written over; choose another folder"
            raise typer.BadParameter(message, param_hint="--out")
    return folders
