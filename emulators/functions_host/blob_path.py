"""The path of a blob trigger: `container/some/{name}`, where a name stands for any text."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Self


#: A name in braces, in a text that `re.escape` went over.
NAME: Final = re.compile(r"\\\{(\w+)\\\}")


class BlobPathRejected(ValueError):
    """The path cannot be used; the message says why."""


@dataclass(frozen=True, slots=True)
class BlobPath:
    """Which blobs trigger a function."""

    container: str
    #: What all matching names start with.
    prefix: str
    pattern: re.Pattern[str]

    @classmethod
    def parse(cls, path: str) -> Self:
        """Read a path; a container alone stands for all its blobs. Raises BlobPathRejected."""
        container, _, blob = path.partition("/")
        if not container or "{" in container:
            message = f"{path!r} does not start with the name of a container"
            raise BlobPathRejected(message)
        # A name takes slashes as well: BindingTemplateSource makes it `(?<name>.*)`.
        pattern = NAME.sub(r"(?P<\1>.*)", re.escape(blob)) if blob else ".*"
        try:
            return cls(container, blob.partition("{")[0], re.compile(pattern))
        except re.PatternError as error:
            message = f"{path!r} has a name that is no name or comes twice"
            raise BlobPathRejected(message) from error

    def match(self, blob: str) -> Mapping[str, str] | None:
        """Return what the names stand for in a blob's name; None if it does not match."""
        found = self.pattern.fullmatch(blob)
        return found.groupdict() if found else None
