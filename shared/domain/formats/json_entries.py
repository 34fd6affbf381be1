"""What formats share whose entries are devices in JSON, however they are strung together."""

from collections.abc import Mapping
from typing import Any

from shared.domain.device_line import Judged, judge_line


class JsonEntries:
    """The part of `Format` for entries that are lines as they stand."""

    name: str

    def source_of(self, line: bytes) -> bytes:
        """Return the line itself; see `Format`."""
        return line

    def judged_again(self, line: bytes) -> Judged:
        """Judge a canonical line; see `Format`."""
        return judge_line(0, line)

    def called(self, field: str) -> str:
        """Return the path itself; see `Format`."""
        return field

    def layout(self) -> Mapping[str, Any]:
        """Return the name alone; see `Format`."""
        return {"name": self.name}
