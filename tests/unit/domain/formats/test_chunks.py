from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.formats.chunks import gathered, peek
from tests.unit.domain.formats.reading import cut, cuts


@given(st.binary(max_size=300), cuts, st.integers(1, 50))
def test_small_chunks_are_put_together(content: bytes, sizes: Sequence[int], least: int):
    """To the same bytes in chunks that are large enough, but for the last one."""
    chunks = list(gathered(cut(content, sizes), least))
    assert b"".join(chunks) == content
    assert all(len(chunk) >= least for chunk in chunks[:-1])
    assert all(chunks)


@given(st.binary(max_size=300), cuts, st.integers(1, 50))
def test_a_beginning_is_the_same_however_a_file_is_cut(
    content: bytes, sizes: Sequence[int], size: int
):
    """It has so many bytes if the file has, and the file is still whole."""
    beginning, whole = peek(cut(content, sizes), size)
    assert beginning == content[:size]
    assert b"".join(whole) == content


def test_no_more_is_read_than_is_needed():
    """A file of any size is peeked into for the price of its beginning."""

    def chunks():
        yield b"ab"
        raise AssertionError

    assert peek(chunks(), 2)[0] == b"ab"
