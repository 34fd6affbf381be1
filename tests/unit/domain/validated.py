"""A file that was validated in memory, for assertions about its parts."""

import io
import json
from array import array
from collections.abc import Sequence
from typing import Any

from shared.domain.defaults import Defaults
from shared.domain.formats.format import FileRefused
from shared.domain.formats.recognition import Kind, recognise
from shared.domain.parts import Part
from shared.domain.tally import Tally
from shared.domain.validation import validate
from tests.fakes.files import FakeParts


class Validated:
    """A validated file: its counts, and its parts by name.

    Raises:
        FileRefused: It cannot be read.
    """

    def __init__(
        self,
        content: bytes | Sequence[bytes],
        name: str = "x.txt",
        kind: Kind = "devices",
        *,
        details: int = 1000,
        defaults: Defaults | None = None,
    ) -> None:
        self.parts = FakeParts()
        chunks = [content] if isinstance(content, bytes) else content
        self.form, whole = recognise(name, iter(chunks), kind)
        self.tally: Tally = validate(
            self.form.pieces(whole),
            self.form,
            self.parts,
            io.BytesIO(),
            defaults or Defaults(),
            details,
        )

    def part(self, part: Part) -> bytes:
        """Return a part as it was written."""
        return b"".join(self.parts.read(part))

    def lines(self, part: Part) -> list[bytes]:
        """Return the lines of a part; only line feeds end them."""
        return self.part(part).split(b"\n")[:-1]

    def objects(self, part: Part) -> list[dict[str, Any]]:
        """Return the objects that a part of NDJSON tells of."""
        return [json.loads(line) for line in self.lines(part)]

    @property
    def devices(self) -> list[dict[str, Any]]:
        """What goes to the target, in its order."""
        return self.objects(Part.DEVICES)

    @property
    def numbers(self) -> list[int]:
        """The numbers that the accepted entries have in the file."""
        return list(array("I", self.part(Part.NUMBERS)))

    @property
    def counts(self) -> tuple[int, int, int]:
        """How many entries were accepted, rejected and skipped."""
        return self.tally.accepted, self.tally.rejected, self.tally.skipped

    @property
    def retry(self) -> bytes:
        """The file of rejected entries, as the sender gets it back; empty if there is none."""
        entries = self.part(Part.ENTRIES)
        return self.form.head + entries + self.form.tail if entries else b""


def validated(
    content: bytes | Sequence[bytes], name: str, kind: Kind = "devices"
) -> Validated | FileRefused:
    """Return what a validation makes of a file, or why it cannot be read."""
    try:
        return Validated(content, name, kind)
    except FileRefused as refused:
        return refused
