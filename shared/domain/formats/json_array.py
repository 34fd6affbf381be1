"""A JSON array of devices, pretty-printed or not: the body of the Bulk Registry call."""

import json
from collections.abc import Iterable, Iterator
from typing import Final

from shared.domain.block_judge import Block
from shared.domain.device_line import Rejected, too_long
from shared.domain.finding import Finding
from shared.domain.formats.format import Piece
from shared.domain.formats.json_entries import JsonEntries
from shared.domain.formats.json_items import ArrayItems, Item, one_line
from shared.domain.formats.ndjson import BLOCK, FIRST_BLOCK
from shared.domain.formats.refusals import RefusalCode, refused
from shared.domain.rules import Code


#: Bytes that are told of an item that cannot be told whole.
BEGINNING: Final = 200

_NO_COMMA: Final = "no comma stands between it and the next item"
_TORN: Final = r"a text in it goes over the end of its line; close it, or write \n in it"
_CUT_OFF: Final = "the file ends inside of it; a quote or a bracket may be missing"
_NOTHING: Final = "nothing stands between two commas"
_TRAILING: Final = "a comma stands before the ] and nothing between them"
_NO_END: Final = "the file ends without the ] of its array"
_BEHIND: Final = "it stands behind the ] of the array, where nothing may be"


class JsonArray(JsonEntries):
    """The `Format` of arrays. Each item becomes one line; its values are not touched."""

    name = "json"
    head = b"[\n"
    separator = b",\n"
    tail = b"\n]\n"

    def pieces(self, chunks: Iterable[bytes]) -> Iterator[Piece]:
        """Yield the items, counted from 1; see `Format`.

        Raises:
            FileRefused: There is no array, or it has an item that is too long and has no end.
        """
        items = ArrayItems(chunks)
        if not items.begin():
            raise refused(RefusalCode.NOT_A_JSON_ARRAY, why="it does not begin with [")
        number, size = 1, FIRST_BLOCK
        while True:
            if run := items.run(size):
                yield Block(number, b"".join(one_line(text) + b"\n" for text in run))
                number, size = number + len(run), BLOCK
                continue
            item = items.next_item()
            if item.text or item.before == b"," or (item.before and number > 1):
                yield _piece(number, item)
                number += 1
            if not item.before or item.before == b"]":
                break
        if not item.before and item.closed:
            yield _no_json(number, _NO_END, b"")
        if rest := items.rest():
            yield _no_json(number, _BEHIND, _as_text(rest[:BEGINNING]))


def _piece(number: int, item: Item) -> Piece:
    if item.long and not item.before:
        why = f"item {number} has a quote or a bracket too few, and nothing behind it can be told"
        raise refused(RefusalCode.NOT_A_JSON_ARRAY, why=why)
    if item.long:
        return too_long(number, _as_text(item.text[:BEGINNING]))
    if not item.closed:
        return _no_json(number, _CUT_OFF, _as_text(item.text))
    if broken := _why_broken(item):
        return _no_json(number, broken, item.text)
    return Block(number, one_line(item.text) + b"\n")


def _why_broken(item: Item) -> str | None:
    if not item.text:
        return _NOTHING if item.before == b"," else _TRAILING
    if item.torn:
        return _TORN
    return _NO_COMMA if item.before in (b"{", b"[") else None


def _no_json(number: int, why: str, text: bytes) -> Rejected:
    return Rejected(number, None, (Finding("", Code.NOT_JSON, {"why": why}),), text)


def _as_text(text: bytes) -> bytes:
    """Return what is no JSON as a text of JSON, so that it can stand in an array again."""
    return json.dumps(text.decode(errors="replace"), ensure_ascii=False).encode()
