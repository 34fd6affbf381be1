"""gzip is unpacked within bounds."""

import gzip
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.formats.format import FileRefused
from shared.domain.formats.gunzip import FREE_BYTES, MAX_BYTES, MAX_RATIO, unpacked
from shared.domain.formats.refusals import RefusalCode
from tests.unit.domain.formats.hostile.gzips import bomb
from tests.unit.domain.formats.reading import cut, cuts


PACKED = gzip.compress(b"some device file", mtime=0)


def refusal(chunks: Sequence[bytes] | Iterator[bytes]) -> FileRefused:
    """Return why some gzip data is refused, when it is read to its end."""
    with pytest.raises(FileRefused) as refused:
        for _ in unpacked(chunks):
            pass
    return refused.value


@given(
    st.binary(), st.integers(0, 9), st.binary(max_size=3).map(lambda some: bytes(len(some))), cuts
)
def test_what_was_packed_is_unpacked(
    content: bytes, level: int, zeros: bytes, sizes: Sequence[int]
):
    """By any level of compression; zeros behind it do no harm, as tapes and blocks have them."""
    packed = gzip.compress(content, level) + zeros
    assert b"".join(unpacked(cut(packed, sizes))) == content


def test_chunks_are_small_however_much_is_packed():
    """One megabyte is the most."""
    chunks = unpacked([gzip.compress(bytes(10 << 20))])
    assert max(map(len, chunks)) <= 1 << 20


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (PACKED[:-1], RefusalCode.GZIP_BROKEN, "cut off"),
        (PACKED[:12], RefusalCode.GZIP_BROKEN, "cut off"),
        (PACKED[:3], RefusalCode.GZIP_BROKEN, "cut off"),
        (PACKED[:-8] + b"12345678", RefusalCode.GZIP_BROKEN, "check"),
        (PACKED[:10] + b"\xff" * 20, RefusalCode.GZIP_BROKEN, "invalid"),
        (b"\x1f\x8b\x07" + PACKED[3:], RefusalCode.GZIP_BROKEN, "unknown compression"),
        (PACKED + b"oops", RefusalCode.GZIP_BROKEN, "something else"),
        (PACKED + b"\x1f", RefusalCode.GZIP_BROKEN, "something else"),
        (PACKED + PACKED, RefusalCode.GZIP_MANY_MEMBERS, "more than one member"),
        (PACKED + bytes(70_000) + PACKED, RefusalCode.GZIP_MANY_MEMBERS, "more than one member"),
    ],
)
@pytest.mark.parametrize("size", [1, 7, 1 << 20])
def test_what_is_damaged_is_refused(content: bytes, code: RefusalCode, words: str, size: int):
    """Wherever it is cut."""
    refused = refusal(cut(content, [size]))
    assert refused.code == code
    assert words in refused.text


def test_a_bomb_is_not_unpacked_to_its_end():
    """It is refused as soon as it is beyond what devices shrink to."""
    read = 0

    def counted() -> Iterator[bytes]:
        nonlocal read
        for chunk in bomb(100_000):
            read += len(chunk)
            yield chunk

    refused = refusal(counted())
    assert refused.code == RefusalCode.GZIP_BOMB
    assert f"{MAX_RATIO} times" in refused.text
    assert read < FREE_BYTES // MAX_RATIO


def test_a_file_that_grows_beyond_any_is_refused():
    """Though it grows no faster than files of devices do."""
    with pytest.raises(FileRefused) as refused:
        for _ in unpacked([gzip.compress(PACKED * 100_000)], limit=1 << 20):
            pass
    assert refused.value.code == RefusalCode.GZIP_BOMB
    assert "1 MB" in refused.value.text
    assert MAX_BYTES == 4 << 30
