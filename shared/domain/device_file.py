"""Reads a device file as a stream: lines, judged one by one, and ids that stand there twice."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise
from typing import BinaryIO, Final

from shared.domain.device_line import MAX_LINE_BYTES, Accepted, Judged, Rejected, judge_line
from shared.domain.violation import Code, Violation


_BOM: Final = b"\xef\xbb\xbf"


def split_lines(chunks: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the lines of a file without their line feeds; the last one may lack it.

    Only the line feed ends a line: Unicode's other separators may stand inside JSON strings. Of a
    line that is longer than any device, no more than one chunk is kept in memory.
    """
    pending = b""
    for chunk in chunks:
        *lines, pending = (pending + chunk).split(b"\n")
        yield from lines
        pending = pending[: MAX_LINE_BYTES + 1]
    if pending:
        yield pending


def judge_lines(chunks: Iterable[bytes]) -> Iterator[Judged]:
    """Judge every line of a file, in order. A byte order mark is no part of the first line."""
    for number, text in enumerate(split_lines(chunks), start=1):
        yield judge_line(number, text.removeprefix(_BOM) if number == 1 else text)


class RepeatedKeys:
    """Finds, in flat memory, which keys may have come more than once.

    Only hashes are kept, as sorted runs on `scratch`, each cut at the same 256 places; at the end
    one range after the other is gathered from all runs. Equal hashes are a suspicion, not a proof:
    `reject_repeated` compares the keys themselves when the file is read again.
    """

    RUN: Final = 1 << 16
    _CUTS: Final = [-(1 << 63) + part * (1 << 56) for part in range(256)]

    def __init__(self, scratch: BinaryIO) -> None:
        self._scratch = scratch
        self._run: list[int] = []
        self._runs: list[array[int]] = []

    def watch(self, judged: Iterable[Judged]) -> Iterator[Judged]:
        """Pass on what was judged, and remember the keys of what was accepted."""
        for line in judged:
            if isinstance(line, Accepted):
                self._run.append(hash(line.key))
                if len(self._run) == self.RUN:
                    self._flush()
            yield line

    def suspects(self) -> frozenset[int]:
        """Return the hashes that came more than once."""
        self._flush()
        return frozenset(twice for part in range(256) for twice in _twice(self._part(part)))

    def _flush(self) -> None:
        self._run.sort()
        self._scratch.write(array("q", self._run).tobytes())
        cuts = (bisect_left(self._run, cut) for cut in self._CUTS)
        self._runs.append(array("I", (*cuts, len(self._run))))
        self._run = []

    def _part(self, part: int) -> array[int]:
        hashes, start = array("q"), 0
        for cuts in self._runs:
            self._scratch.seek((start + cuts[part]) * hashes.itemsize)
            hashes.frombytes(self._scratch.read((cuts[part + 1] - cuts[part]) * hashes.itemsize))
            start += cuts[-1]
        return hashes


def _twice(hashes: array[int]) -> Iterator[int]:
    ordered = sorted(hashes)
    return (one for one, next_one in pairwise(ordered) if one == next_one)


def reject_repeated(judged: Iterable[Judged], suspects: frozenset[int]) -> Iterator[Judged]:
    """Reject every accepted line whose device stood on an earlier line; name that line.

    Args:
        judged: The lines of the same file that `suspects` were found in.
        suspects: The hashes of `RepeatedKeys.suspects`; only keys with these are compared.
    """
    first_lines: dict[bytes, int] = {}
    for line in judged:
        if isinstance(line, Accepted) and hash(line.key) in suspects:
            first = first_lines.setdefault(line.key, line.line)
            yield line if first == line.line else _repeated(line, first)
        else:
            yield line


def _repeated(line: Accepted, first: int) -> Rejected:
    name = "moduleId" if line.module_id else "id"
    message = f"stood on line {first} already; a file may name each device once"
    violation = Violation(line.line, name, Code.DUPLICATE_DEVICE, message)
    return Rejected((replace(violation, device_id=line.device_id),))
