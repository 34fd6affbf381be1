"""What a text field may hold, declared once and used twice: by pydantic and by learned patterns.

Each class has two faces. To pydantic it is the schema of the field, in pydantic's core. To
`line_patterns` it tells the slot for a value: a regular expression over bytes that contains the
value and nothing that the field would refuse. A slot never contains a quote, a backslash or a
control character, so it cannot reach beyond its own string.
"""

import re
from typing import Final, Protocol

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


UNKNOWN_VALUE: Final = "unknown_value"  #: pydantic's type of the error for a word that is none
#: One byte of a string without escapes, in UTF-8: no quote, backslash or control character. Said
#: by what it may be, which `re` matches faster than what it may not.
PLAIN: Final = r"[ !#-\[\]-\xff]"


class Text(Protocol):
    """What a text field may hold."""

    def slot(self, value: str) -> str | None:
        """Return a regular expression that contains `value`, or None if there is none for it."""
        ...


class Respelled(str):
    """A word in another case than the hub's. The type says that the line changed."""

    __slots__ = ()


class Word:
    """One of the hub's words, in any case; the value becomes the hub's own spelling."""

    def __init__(self, *words: str) -> None:
        self.words = words
        self._spelling = {word.lower(): Respelled(word) for word in words}

    def __get_pydantic_core_schema__(self, _: type, __: GetCoreSchemaHandler) -> CoreSchema:
        """Accept the exact words in pydantic's core; only other spellings cost a call."""
        any_case = core_schema.chain_schema(
            [
                core_schema.str_schema(to_lower=True, strict=True),
                core_schema.literal_schema(list(self._spelling)),
                core_schema.no_info_plain_validator_function(self._spelling.__getitem__),
            ]
        )
        return core_schema.union_schema(
            [core_schema.literal_schema(list(self.words)), any_case],
            mode="left_to_right",
            custom_error_type=UNKNOWN_VALUE,
            custom_error_message=f"not one of {', '.join(self.words)}",
        )

    def slot(self, value: str) -> str | None:
        """Return the word itself, as it is spelled: rules about several fields look at it."""
        return re.escape(value) if value.lower() in self._spelling else None


class Shape:
    """A text of one of a few shapes, each a regular expression in what Rust and Python share."""

    def __init__(self, *shapes: str) -> None:
        self.shapes = shapes
        self._compiled = [re.compile(shape, re.ASCII) for shape in shapes]

    def __get_pydantic_core_schema__(self, _: type, __: GetCoreSchemaHandler) -> CoreSchema:
        """Match all shapes in pydantic's core."""
        return core_schema.str_schema(pattern=f"^(?:{'|'.join(self.shapes)})$", strict=True)

    def slot(self, value: str) -> str | None:
        """Return the first shape that the value has; one shape is much faster than all."""
        return next((f"(?>{one.pattern})" for one in self._compiled if one.fullmatch(value)), None)


class Free:
    """Any text, up to a length in characters."""

    def __init__(self, max_length: int | None = None) -> None:
        self._max_length = max_length

    def __get_pydantic_core_schema__(self, _: type, __: GetCoreSchemaHandler) -> CoreSchema:
        """Check the length in pydantic's core."""
        return core_schema.str_schema(max_length=self._max_length, strict=True)

    def slot(self, value: str) -> str | None:
        """Return as many bytes as characters are allowed; empty stays empty: rules look at it."""
        if not value:
            return ""
        limit = min(self._max_length or 1024, 1024)
        return f"{PLAIN}{{1,{limit}}}+" if len(value.encode()) <= limit else None
