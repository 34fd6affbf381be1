"""Draws the life of an import, from the table by which the app itself goes."""

from collections.abc import Iterator

import typer

from shared.domain.lifecycle import FINAL, HOLDS_SLOT, STEPS, State


def lifecycle() -> None:
    """Print which state may follow which, as a Mermaid diagram for a page in Markdown."""
    typer.echo(diagram(), nl=False)


def diagram() -> str:
    """Return the diagram: states that hold the hub's slot in orange, final ones in green."""
    return "\n".join(("```mermaid", *_lines(), "```", ""))


def _lines() -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"    [*] --> {State.RECEIVED}"
    for here, following in STEPS.items():
        yield from (f"    {here} --> {there}" for there in State if there in following)
    yield from (f"    {state} --> [*]" for state in State if state in FINAL)
    yield "    classDef slot fill:#ffd9a8,stroke:#b36b00,color:#000"
    yield "    classDef final fill:#cdeccd,stroke:#2f7d32,color:#000"
    yield f"    class {','.join(state for state in State if state in HOLDS_SLOT)} slot"
    yield f"    class {','.join(state for state in State if state in FINAL)} final"
