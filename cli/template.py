"""Prints a table to fill in."""

from collections.abc import Callable, Mapping
from typing import Annotated, Final

import typer

from shared.domain.formats.corporate_identifiers import identifier_template
from shared.domain.formats.csv_rows import csv_template
from shared.domain.formats.recognition import Kind


_TEMPLATES: Final[Mapping[Kind, Callable[[], bytes]]] = {
    "devices": csv_template,
    "intune": identifier_template,
}


def template(
    kind: Annotated[Kind, typer.Option(help="What the table is to be about.")] = "devices",
) -> None:
    """Print a CSV file to begin with: a header and two devices, or rows of identifiers."""
    typer.echo(_TEMPLATES[kind](), nl=False)
