"""AMQP 1.0 messages as byte sections. No I/O.

A broker reads the few sections it needs and passes the others on byte for byte. Types and widths
are from the AMQP 1.0 specification, part 1 §1.2; sections from part 3 §3.2.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Final

from proton import Array, Data, Described, ProtonException, ulong

from emulators.service_bus.state.refusals import MalformedMessage


class Code(IntEnum):
    """The descriptors of the sections, in the order in which they appear."""

    HEADER = 0x70
    DELIVERY_ANNOTATIONS = 0x71
    MESSAGE_ANNOTATIONS = 0x72
    PROPERTIES = 0x73
    APPLICATION_PROPERTIES = 0x74
    DATA = 0x75
    SEQUENCE = 0x76
    VALUE = 0x77
    FOOTER = 0x78


BODY: Final = frozenset({Code.DATA, Code.SEQUENCE, Code.VALUE})

#: Every section starts with a described type whose descriptor is a small ulong.
DESCRIPTOR: Final = b"\x00\x53"
#: The high half of a constructor tells the width of what follows.
FIXED_WIDTHS: Final = {0x4: 0, 0x5: 1, 0x6: 2, 0x7: 4, 0x8: 8, 0x9: 16}
#: For variable widths it tells the width of the size that follows.
SIZE_WIDTHS: Final = {0xA: 1, 0xB: 4, 0xC: 1, 0xD: 4, 0xE: 1, 0xF: 4}
#: Constructors of binary: `vbin8` and `vbin32`.
BINARY_SIZE_WIDTHS: Final = {0xA0: 1, 0xB0: 4}


@dataclass(frozen=True, slots=True)
class Section:
    """One section of an encoded message."""

    code: Code
    raw: bytes  #: the whole section, descriptor included
    value: bytes  #: the encoded value alone


def split(raw: bytes) -> Iterator[Section]:
    """Cut an encoded message into its sections.

    Raises:
        MalformedMessage: The bytes are no sequence of complete sections.
    """
    start = 0
    while start < len(raw):
        code = _code(raw, start)
        end = _end_of_value(raw, start + 3)
        yield Section(code, raw[start:end], raw[start + 3 : end])
        start = end


def _code(raw: bytes, start: int) -> Code:
    if raw[start : start + 2] != DESCRIPTOR or start + 2 >= len(raw):
        raise MalformedMessage
    try:
        return Code(raw[start + 2])
    except ValueError:
        raise MalformedMessage from None


def _end_of_value(raw: bytes, position: int) -> int:
    """Return where the value at `position` ends. A described value is two values in a row."""
    values = 1
    while values and position < len(raw):
        constructor = raw[position]
        position += 1
        if constructor:
            position += _width(raw, position, constructor >> 4)
            values -= 1
        else:
            values += 1
    if values or position > len(raw):
        raise MalformedMessage
    return position


def _width(raw: bytes, position: int, kind: int) -> int:
    if kind in FIXED_WIDTHS:
        return FIXED_WIDTHS[kind]
    if kind not in SIZE_WIDTHS:
        raise MalformedMessage
    width = SIZE_WIDTHS[kind]
    return width + int.from_bytes(raw[position : position + width])


def decode(value: bytes) -> Any:
    """Return the Python object of an encoded value; AMQP types stay visible as Proton's classes.

    Raises:
        MalformedMessage: The bytes are no AMQP value.
    """
    data = Data()
    try:
        data.decode(value)
        data.rewind()
        data.next()
        return _owned(data.get_object())
    except (ProtonException, RecursionError, TypeError, ValueError) as error:
        raise MalformedMessage from error


def _owned(value: Any) -> Any:
    """Copy binaries: Proton shows them in memory that it frees together with the decoder."""
    owned: Any = value
    match value:
        case memoryview():
            owned = bytes(value)
        case list():
            owned = [_owned(item) for item in value]
        case dict():
            owned = {_owned(key): _owned(item) for key, item in value.items()}
        case Array():
            owned = Array(value.descriptor, value.type, *map(_owned, value.elements))
        case Described():
            owned = Described(_owned(value.descriptor), _owned(value.value))
    return owned


def encode(code: Code, value: Any) -> bytes:
    """Return one encoded section."""
    data = Data()
    data.put_object(Described(ulong(code), value))
    return bytes(data.encode())


def unbatch(raw: bytes) -> list[bytes]:
    """Return the encoded messages of a transfer: those of a batch, or the one that it is.

    A batch has message format 0x80013700 and one Data section per encoded message (SDK:
    `BatchMessage`). Proton does not show the format, so a batch is told by that shape.
    """
    body = [section for section in split(raw) if section.code in BODY]
    if body and all(section.code is Code.DATA for section in body):
        parts = [_binary(section.value) for section in body]
        if all(map(_is_message, parts)):
            return parts
    return [raw]


def _binary(value: bytes) -> bytes:
    if value[0] not in BINARY_SIZE_WIDTHS:
        raise MalformedMessage
    return value[1 + BINARY_SIZE_WIDTHS[value[0]] :]


def _is_message(raw: bytes) -> bool:
    try:
        return bool(list(split(raw)))
    except MalformedMessage:
        return False
