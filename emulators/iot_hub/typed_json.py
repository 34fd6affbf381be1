"""JSON read into typed fields the way the service's reader, Json.NET, does it.

Names and enum values match whatever their case, unknown names are passed over, a null is as good
as nothing, and the first value that does not fit ends the reading with Json.NET's words for it.
"""

import json
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any, Final, NoReturn, cast


type Reader = Callable[[Any, str], Any]
#: The fields of an object: name in lower case → name, attribute and reader; made by `fields`.
type Shape = Mapping[str, tuple[str, str, Reader]]
type Document = dict[str, Any]

#: Json.NET's default since 13.0.1.
MOST_LEVELS: Final = 64
INT32: Final = range(-(2**31), 2**31)


class Unreadable(Exception):
    """The text is not what the type wants.

    `token` is the JSON text of the value that did not fit, None when the end was reached.
    """

    def __init__(self, problem: str, path: str = "", token: str | None = None) -> None:
        super().__init__(problem)
        self.problem = problem
        self.path = path
        self.token = token

    def told_about(self, text: str) -> str:
        """Return Json.NET's sentence, with the position in the text where it gave up."""
        return f"{self.problem}. Path '{self.path}', line 1, position {self._position(text)}."

    def _position(self, text: str) -> int:
        name = self.path.rpartition(".")[2]
        start = text.find(self.token or "", max(text.find(f'"{name}"'), 0))
        return len(text) if self.token is None or start < 0 else start + len(self.token)


def fields(**attributes: tuple[str, Reader]) -> Shape:
    """Describe an object: the names of its fields, what we call them, and their readers."""
    return {
        name.lower(): (name, attribute, reader) for name, (attribute, reader) in attributes.items()
    }


def parse(text: str) -> Any:
    """Parse one JSON value.

    Raises:
        Unreadable: Not JSON, more than one value, or nested too deep.
    """
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise _not_json(text, error) from error
    except RecursionError as error:
        raise _too_deep() from error
    except ValueError as error:
        problem = "JSON integer is too large or small for an Int64"
        raise Unreadable(problem) from error
    if text.count("{") + text.count("[") > MOST_LEVELS and _levels(value) > MOST_LEVELS:
        raise _too_deep()
    return value


def read_object(
    value: Any, shape: Shape, path: str = "", required: tuple[str, ...] = ()
) -> Document:
    """Read an object into a dict that has the shape's attributes, those with a value only.

    Raises:
        Unreadable: A value does not fit its field, or a required attribute has none.
    """
    if not isinstance(value, dict):
        _mismatch(value, path)
    read: Document = {}
    for key, item in value.items():
        known = shape.get(key.lower())
        if known and item is not None:
            name, attribute, reader = known
            read[attribute] = reader(item, path + name)
    for attribute in required:
        if attribute not in read:
            problem = f"Required property '{attribute}' not found in JSON"
            raise Unreadable(problem)
    return read


def nested(shape: Shape, make: Callable[..., Any]) -> Reader:
    """Return the reader of an object inside an object, which `make` takes the attributes of."""
    return lambda value, path: make(**read_object(value, shape, path + "."))


def string(value: Any, path: str) -> str:
    """Read a string; numbers and booleans are taken as their text."""
    if isinstance(value, str):
        # A lone surrogate cannot be written as UTF-8; .NET replaces it, and so does this.
        return value if value.isascii() else value.encode("utf-8", "replace").decode()
    if isinstance(value, dict | list):
        _mismatch(value, path)
    return json.dumps(value)


def flag(value: Any, path: str) -> bool:
    """Read a boolean, or the word or number for one."""
    if isinstance(value, int | float):
        return bool(value)
    word = str(value).lower()
    if word not in {"true", "false"}:
        problem = f"Could not convert string to boolean: {value}"
        raise Unreadable(problem, path, json.dumps(value, ensure_ascii=False))
    return word == "true"


def integer(value: Any, path: str) -> int:
    """Read a 32-bit integer, or the text of one."""
    text = value if isinstance(value, str) else json.dumps(value)
    token = json.dumps(value, ensure_ascii=False)
    if not text.removeprefix("-").isdecimal():
        problem = f"Could not convert string to integer: {text}"
        raise Unreadable(problem, path, token)
    if int(text) not in INT32:
        problem = f"JSON integer {text} is too large or small for an Int32"
        raise Unreadable(problem, path, token)
    return int(text)


def collection(value: Any, path: str) -> Document:
    """Read an object whose fields are the user's own."""
    if not isinstance(value, dict):
        _mismatch(value, path)
    return cast(Document, value)


def texts(value: Any, path: str) -> dict[str, str]:
    """Read an object whose fields have names of the user's own and strings for values."""
    return {
        name: string(item, f"{path}.{name}")
        for name, item in collection(value, path).items()
        if item is not None
    }


def strings(value: Any, path: str) -> tuple[str, ...]:
    """Read a list of strings."""
    if not isinstance(value, list):
        _mismatch(value, path)
    return tuple(string(item, f"{path}[{index}]") for index, item in enumerate(value))


def choice(members: type[StrEnum], dotnet_type: str) -> Reader:
    """Return the reader of an enum: a name in any case, or a number, the member's place."""
    names = {member.lower(): member for member in members}
    names |= {str(place): member for place, member in enumerate(members)}

    def read(value: Any, path: str) -> StrEnum:
        member = names.get(str(value).lower())
        if member is None:
            token = json.dumps(value, ensure_ascii=False)
            problem = f"Error converting value {token} to type '{dotnet_type}'"
            raise Unreadable(problem, path, token)
        return member

    return read


def compact(value: Any) -> bytes:
    """Write JSON without blanks; what UTF-8 cannot carry is replaced."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")


def _mismatch(value: Any, path: str) -> NoReturn:
    token = json.dumps(value, ensure_ascii=False)
    first = token[0]
    problem = f"Unexpected character encountered while parsing value: {first}"
    raise Unreadable(problem, path.removesuffix("."), first)


def _not_json(text: str, error: json.JSONDecodeError) -> Unreadable:
    if error.msg.startswith("Unterminated string"):
        return Unreadable('Unterminated string. Expected delimiter: "')
    if error.pos >= len(text.rstrip()):
        return Unreadable("Unexpected end when reading JSON")
    problem = f"Unexpected character encountered while parsing value: {text[error.pos]}"
    return Unreadable(problem, token=text[: error.pos + 1])


def _too_deep() -> Unreadable:
    return Unreadable(f"The reader's MaxDepth of {MOST_LEVELS} has been exceeded")


def _levels(value: Any) -> int:
    """Count how deep objects and arrays are nested, without recursion."""
    containers, levels = [value], 0
    while containers := [each for each in containers if isinstance(each, dict | list)]:
        levels += 1
        containers = [
            child
            for each in containers
            for child in (each.values() if isinstance(each, dict) else each)
        ]
    return levels


def _no_number(name: str) -> NoReturn:
    problem = f"Unexpected character encountered while parsing value: {name[0]}"
    raise Unreadable(problem, token=name)


_DECODER: Final = json.JSONDecoder(parse_constant=_no_number)
