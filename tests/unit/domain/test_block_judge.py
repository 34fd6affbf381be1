import pickle
import random
from collections.abc import Iterable, Iterator
from itertools import count, islice, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.device_lines import with_keys
from benchmarks.unlike_lines import of_any_shape, with_a_name_of_its_own, wrong
from shared.domain import block_judge, pattern_set
from shared.domain.block_judge import Block, BlockJudge
from shared.domain.defaults import Defaults
from shared.domain.device_line import NO_DEFAULTS, Accepted, Order
from shared.domain.line_patterns import Pattern, learn
from shared.domain.rules import Code
from tests.builders import a_file, a_line
from tests.soundness.both_ways import counted, difference, one_by_one
from tests.soundness.seed_lines import MakeLine


def blocks(lines: Iterable[bytes], sizes: Iterable[int]) -> Iterator[Block]:
    """Yield blocks of lines, the first of which has number 1."""
    numbers, rest = 1, iter(lines)
    for size in sizes:
        some = list(islice(rest, size))
        yield Block(numbers, a_file(*some))
        numbers += len(some)


def made(make: MakeLine) -> Iterator[bytes]:
    """Yield lines without end."""
    chance = random.Random(1)  # noqa: S311 - made-up devices
    return (make(number, chance) for number in count())


def a_learned_judge(*lines: bytes, **choices) -> BlockJudge:
    """Return a judge that has learned these lines."""
    judge = BlockJudge(**choices)
    judge.judge(Block(1, a_file(*[line for line in lines for _ in range(10)])))
    return judge


def judged_alone(judge: BlockJudge, block: Block) -> int:
    """Judge a block; return how many of its lines fitted no pattern."""
    with counted() as found:
        judge.judge(block)
    return found.alone


CHILD = a_line("leaf", deviceScope="ms-azure-iot-edge://e-1")
pool = st.sampled_from(
    [
        *(a_line("a"), a_line("A"), a_line("b"), b'{"id":"c"}', b'{"id":"d"}', CHILD),
        *(a_line("e", importMode="update"), a_line("m", moduleId="n"), a_line("x", status=None)),
        *(b"", b"  ", b"{}", b"\xff", b'{"id":"\xff"}', a_line("f") + b"\r", b" " + a_line("g")),
        *(b'{"id":"a b"}', b'{"id":"h","status":"Enabled"}', b'{"id":"i","id":"i"}'),
    ]
)
choices = st.sampled_from([NO_DEFAULTS, Defaults("create"), Defaults(status="disabled")])


@given(st.lists(pool, min_size=30, max_size=100), st.lists(st.integers(0, 40)), choices)
def test_a_block_is_judged_as_its_lines_are(
    lines: list[bytes], sizes: list[int], defaults: Defaults
):
    """However the file is cut, and whatever was learned before."""
    judge = BlockJudge(10_000, defaults)
    for block in blocks(lines, [*sizes, len(lines)]):
        alone = one_by_one(block, defaults)
        assert not difference(block, alone, judge.judge(block))


def test_lines_that_all_fit_go_on_in_one_piece():
    """As they came, in the bytes of the block itself."""
    block = Block(11, a_file(a_line("x"), a_line("y"), a_line("z")))
    judged = a_learned_judge(a_line()).judge(block)
    ((order, lines),) = judged.accepted.items()
    assert order is Order.DEVICE
    assert lines.text is block.lines
    assert list(lines.numbers) == [11, 12, 13]
    assert list(lines.keys) == [b"x", b"y", b"z"]


def test_what_lines_leave_out_is_appended():
    """To each line that fits, by what the file says for all."""
    judge = a_learned_judge(b'{"id":"a"}', defaults=Defaults("create", "disabled"))
    with counted() as found:
        judged = judge.judge(Block(1, b'{"id":"b"}\n'))
    assert found.alone == 0
    line = b'{"id":"b","importMode":"create","status":"disabled"}\n'
    assert judged.accepted[Order.DEVICE].text == line


def test_a_word_in_another_case_is_spelled_as_the_hub_spells_it():
    """By a pattern, too: the line is not written anew."""
    judge = a_learned_judge(b'{"id":"a", "status":"Enabled","tags":{"note":"Enabled"}}')
    with counted() as found:
        judged = judge.judge(
            Block(1, b'{"id":"b", "status":"Enabled","tags":{"note":"Enabled"}}\n')
        )
    assert found.alone == 0
    line = b'{"id":"b", "status":"enabled","tags":{"note":"Enabled"}}\n'
    assert judged.accepted[Order.DEVICE].text == line


def test_lines_of_each_order_come_together():
    """What must wait for others is told apart, by patterns as by the schema."""
    block = Block(1, a_file(CHILD, a_line("x"), a_line("m", moduleId="n"), CHILD, a_line("y")))
    judged = a_learned_judge(a_line(), CHILD).judge(block)
    assert {order: list(lines.numbers) for order, lines in judged.accepted.items()} == {
        Order.DEVICE: [2, 5],
        Order.CHILD: [1, 4],
        Order.MODULE: [3],
    }
    assert judged.owners == [b"m"]


def test_a_windows_line_end_is_no_part_of_a_line():
    """Such lines fit the patterns of others, and go on without it."""
    judge = a_learned_judge(a_line())
    with counted() as found:
        judged = judge.judge(Block(1, a_line("b") + b"\r\n"))
    assert found.alone == 0
    assert judged.accepted[Order.DEVICE].text == a_file(a_line("b"))


def test_warnings_are_told_in_the_order_of_the_lines():
    """Not pattern by pattern."""
    looks = (a_line("a"), a_line("b", importMode="update"), a_line("c", eTag="x"))
    judged = a_learned_judge(*looks).judge(Block(1, a_file(*looks[::-1], *looks)))
    assert [warning.line for warning in judged.warnings] == [1, 1, 2, 3, 3, 4, 4, 5, 6, 6]


def test_so_many_warnings_are_told_and_all_are_counted():
    """What nobody will read is not made."""
    judge = a_learned_judge(a_line(), details=25)
    block = Block(1, a_file(*[a_line()] * 10))
    told = [judge.judge(block) for _ in range(3)]
    assert [len(judged.warnings) for judged in told] == [20, 0, 0]
    assert all(judged.warned[Code.NEW_KEYS] == 10 for judged in told)


def test_patterns_that_pay_are_kept():
    """A third of all lines may fit none of them."""
    judge = a_learned_judge(a_line())
    rest = made(of_any_shape)
    for _ in range(20):
        judge.judge(Block(1, a_file(*[a_line()] * 300, *islice(rest, 100))))
    assert judged_alone(judge, Block(1, a_file(a_line("b")))) == 0


def test_patterns_that_do_not_pay_are_forgotten():
    """Where most lines fit none, looking for them is lost time."""
    judge = a_learned_judge(a_line())
    for block in blocks(made(of_any_shape), [250] * 3):
        judge.judge(block)
    assert judged_alone(judge, Block(1, a_file(a_line("b")))) == 1


def test_learning_begins_anew_after_a_pause():
    """A file that is odd for a while and plain from then on is judged fast in the end."""
    judge = BlockJudge()
    odd, plain = blocks(made(of_any_shape), [250] * 2), blocks(made(with_keys), [50] * 20)
    alone = [judged_alone(judge, block) for block in (*odd, *plain)]
    assert alone[2:] == [50] * (block_judge.PAUSE + 1) + [0] * (19 - block_judge.PAUSE)


def test_pauses_double(monkeypatch: pytest.MonkeyPatch):
    """So however long the file is, little of the time goes into learning in vain."""
    monkeypatch.setattr(block_judge, "PAUSE", 1)
    monkeypatch.setattr(block_judge, "MAX_PAUSE", 4)
    lessons = Lessons()
    monkeypatch.setattr(pattern_set, "learn", lessons.learn)
    judge = BlockJudge()
    for block in blocks(made(of_any_shape), [250] * 20):
        judge.judge(block)
        lessons.end_block()
    learning = [number for number, some in enumerate(lessons.by_block) if some]
    # A block that teaches, one that tells that it was in vain, and then the pause.
    gaps = [later - earlier for earlier, later in pairwise(learning)]
    assert gaps == [2 + 1, 2 + 2, 2 + 4, 2 + 4]
    assert max(lessons.by_block) <= pattern_set.MAX_LESSONS


class Lessons:
    """Counts what a judge learns from each block."""

    def __init__(self) -> None:
        self.by_block = [0]

    def learn(self, line: bytes, accepted: Accepted) -> Pattern:
        self.by_block[-1] += 1
        return learn(line, accepted)

    def end_block(self) -> None:
        self.by_block.append(0)


def test_lines_that_are_refused_teach_nothing():
    """So a file of nothing else costs no time for learning."""
    judge = BlockJudge()
    for block in blocks(made(wrong), [500]):
        assert judged_alone(judge, block) == 500
    assert judged_alone(judge, Block(1, a_file(a_line()))) == 1


@pytest.mark.parametrize("make", [of_any_shape, with_a_name_of_its_own, wrong])
def test_a_judge_does_not_grow_with_the_file(make: MakeLine):
    """However many unlike lines there are, it keeps a few patterns and no line."""
    judge = BlockJudge()
    for block in blocks(made(make), [200] * 15):
        judge.judge(block)
        assert len(pickle.dumps(judge)) < 3 * pattern_set.MAX_BYTES
