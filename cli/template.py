"""Prints a table to fill in."""

import typer

from shared.domain.formats.csv_rows import csv_template


def template() -> None:
    """Print the CSV template: a header with every field, and an example."""
    typer.echo(csv_template(), nl=False)
