import base64
import json
import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.domain.device_line import Accepted, judge_line
from shared.domain.device_rules import SCOPE
from shared.domain.line_patterns import NotLearnable, Pattern, learn
from tests.builders import a_line
from tests.soundness.seed_lines import SHAPES, MakeLine


KEY, OTHER_KEY = (base64.b64encode(bytes([letter]) * 32).decode() for letter in b"kl")
SHA_1, SHA_256 = "A1" * 20, "b2" * 32


def accepted(line: bytes) -> Accepted:
    judged = judge_line(7, line)
    assert isinstance(judged, Accepted), judged
    return judged


def learned(line: bytes) -> Pattern:
    return learn(line, accepted(line))


def can_be_learned(line: bytes) -> bool:
    try:
        return learned(line) is not None
    except NotLearnable:
        return False


def in_utf_8(line: bytes) -> bytes:
    """Write a line without escapes, as most tools do."""
    return json.dumps(json.loads(line), ensure_ascii=False).encode()


def with_keys(primary: str = KEY, secondary: str = OTHER_KEY) -> bytes:
    keys = {"primaryKey": primary, "secondaryKey": secondary}
    return a_line(authentication={"symmetricKey": keys})


def with_prints(*prints: str) -> bytes:
    both = dict(zip(("primaryThumbprint", "secondaryThumbprint"), prints, strict=False))
    return a_line(authentication={"type": "selfSigned", "x509Thumbprint": both})


TWIN = {"plant": "A", "line": {"no": 7, "on": True}, "limits": [1, 2.5, "x"]}


@given(st.sampled_from(SHAPES), st.randoms(use_true_random=False))
def test_a_line_fits_what_was_learned_from_it(shape: MakeLine, chance: random.Random):
    """Whatever its shape, if it can be learned at all."""
    line = shape(1, chance)
    assume(isinstance(judge_line(7, line), Accepted) and can_be_learned(line))
    assert learned(line).fits(line)


@pytest.mark.parametrize(
    ("taught", "other"),
    [
        (a_line("press-1"), a_line("P:2=x")),
        (a_line(statusReason="in use"), a_line(statusReason="Łódź")),
        (a_line(importMode="update", eTag="MA=="), a_line(importMode="update", eTag="x")),
        (with_keys(), with_keys(OTHER_KEY, KEY)),
        (with_prints(SHA_256), with_prints("C3" * 32)),
        (a_line(deviceScope=SCOPE + "e-1"), a_line(deviceScope=SCOPE + "edge-2")),
        (a_line(parentScopes=[SCOPE + "e"]), a_line(parentScopes=[SCOPE + "edge-2"])),
        (
            a_line(tags=TWIN),
            a_line(tags={"plant": "", "line": {"no": -0.5, "on": False}, "limits": [0, 7, "é"]}),
        ),
        (a_line(tags={"n": 1}), a_line(tags={"n": 999_999_999_999_999})),
    ],
)
def test_a_line_with_other_values_fits(taught: bytes, other: bytes):
    """What differs from device to device."""
    assert learned(taught).fits(in_utf_8(other))
    assert accepted(in_utf_8(other))


@pytest.mark.parametrize(
    ("taught", "other"),
    [
        pytest.param(a_line(), b'{"status": "enabled", "id": "d1"}', id="another order"),
        pytest.param(a_line(), b'{"id":"d1","status":"enabled"}', id="other blanks"),
        pytest.param(a_line(), b'{"id": "d1", "status": "enabled"} ', id="a blank behind"),
        pytest.param(a_line(), a_line(tags={}), id="a member more"),
        pytest.param(a_line(tags={}), a_line(), id="a member less"),
        pytest.param(a_line(tags={}), a_line(tagz={}), id="another name"),
        pytest.param(a_line(), a_line(status="disabled"), id="another word"),
        pytest.param(a_line(), a_line(status="Enabled"), id="a word in another case"),
        pytest.param(a_line(), b'{"id": "\\u0064", "status": "enabled"}', id="an escape"),
        pytest.param(a_line(), a_line("x" * 129), id="a longer id"),
        pytest.param(a_line(), a_line("a#b"), id="an id that needs quoting"),
        pytest.param(a_line(statusReason="x"), a_line(statusReason=""), id="an empty text"),
        pytest.param(a_line(statusReason="x"), a_line(statusReason="x" * 129), id="too long"),
        pytest.param(with_keys(), with_keys(KEY, KEY), id="equal keys"),
        pytest.param(with_keys(), with_keys(KEY, KEY[:-4] + "=="), id="a key of another size"),
        pytest.param(with_prints(SHA_256), with_prints(SHA_1), id="a weaker thumbprint"),
        pytest.param(
            a_line(deviceScope=SCOPE + "e"), a_line(deviceScope="e"), id="an unusual scope"
        ),
        pytest.param(
            a_line(parentScopes=[SCOPE + "e"]), a_line(parentScopes=["e"]), id="an unusual parent"
        ),
        pytest.param(a_line(parentScopes=[SCOPE + "e"]), a_line(parentScopes=[]), id="no parent"),
        pytest.param(a_line(tags={"n": 1}), a_line(tags={"n": 2**52}), id="a large number"),
        pytest.param(a_line(tags={"n": 1}), a_line(tags={"n": "1"}), id="another type"),
        pytest.param(a_line(tags={"n": 1}), a_line(tags={"n": None}), id="null"),
        pytest.param(a_line(tags={"n": [1]}), a_line(tags={"n": [1, 2]}), id="one item more"),
        pytest.param(
            a_line(capabilities={"iotEdge": False}),
            a_line(capabilities={"iotEdge": True}),
            id="an edge device",
        ),
    ],
)
def test_a_line_of_another_look_does_not_fit(taught: bytes, other: bytes):
    """Whether it is good or not is for the schema to say."""
    assert not learned(taught).fits(other)


@pytest.mark.parametrize(
    "line",
    [
        pytest.param(a_line(moduleId="m"), id="a module"),
        pytest.param(a_line("a%b"), id="an id that needs quoting"),
        pytest.param(with_keys(KEY, KEY), id="equal keys"),
        pytest.param(a_line(deviceScope="e-1"), id="an unusual scope"),
        pytest.param(a_line(parentScopes=[SCOPE, "e"]), id="an unusual scope of several"),
        pytest.param(a_line(tags={"a": '"'}), id="an escape"),
        pytest.param(a_line(tags={"n": 1e300}), id="an exponent"),
        pytest.param(a_line(tags={"n": 2**51}), id="a number with 16 digits"),
        pytest.param(a_line(tags={"n": ["x" * 3000] * 2}), id="a large property"),
        pytest.param(a_line(properties={"desired": {"$version": 1}}), id="what the hub added"),
        pytest.param(a_line(eTag="e" * 1025), id="a very long text"),
        pytest.param(a_line(tags={"n": [1] * 400}), id="so many values that it does not pay"),
        pytest.param(b" " + a_line(), id="a blank before"),
        pytest.param(a_line() + b"\t", id="a blank behind"),
        pytest.param(a_line().replace(b" ", b"\r"), id="a carriage return"),
    ],
)
def test_a_line_that_has_no_pattern(line: bytes):
    """It is good, but what is said of it hangs on its values, or it cannot go on as it is."""
    assert accepted(line)
    assert not can_be_learned(line)


@given(st.lists(st.integers(0, 4200), min_size=1, max_size=6), st.sampled_from("xé東"))
def test_texts_that_fit_stay_within_every_limit(sizes: list[int], letter: str):
    """However the bytes are shared among them, a twin that fits is not too large."""
    names = [f"n{number}" for number in range(len(sizes))]
    pattern = learned(a_line(tags=dict.fromkeys(names, "x")))
    texts = [letter * (size // len(letter.encode())) for size in sizes]
    line = in_utf_8(a_line(tags=dict(zip(names, texts, strict=True))))
    if pattern.fits(line):
        assert accepted(line).warnings == accepted(a_line(tags={})).warnings


@pytest.mark.parametrize("count", [1, 2, 3, 5])
def test_texts_may_take_what_there_is(count: int):
    """Each has an equal share, and all of them together nearly fill the section."""
    names = [f"n{number}" for number in range(count)]
    pattern = learned(a_line(tags=dict.fromkeys(names, "x")))
    share = min(8 * 1024 // count, 4096) - len("n0")
    assert pattern.fits(a_line(tags=dict.fromkeys(names, "x" * share)))
    assert not pattern.fits(a_line(tags=dict.fromkeys(names, "x" * (share + 1))))


@pytest.mark.parametrize("count", [1, 10, 50, 500])
def test_no_line_that_fits_is_too_long(count: int):
    """Not even where each of many numbers has as many digits as may be."""
    twin = {f"n{number}": [1] * count for number in range(8)}
    line = a_line(properties={"desired": twin, "reported": twin}).replace(b" ", b"")
    longest = line.replace(b"1,", b"123456789012345.12345678901234567,")
    if can_be_learned(line) and learned(line).fits(longest):
        assert accepted(longest)
    assert can_be_learned(line) == (count < 50)


def test_an_id_is_known_by_its_place_and_not_by_its_name():
    """Something in a twin may be called the same."""
    line = b'{"tags":{"id":"x"},"id":"press-1","status":"enabled"}'
    pattern = learned(line)
    assert pattern.fits(line.replace(b"press-1", b"press-2"))
    assert not pattern.fits(line.replace(b"press-1", b"press 2"))
    assert pattern.fits(line.replace(b'"x"', b'"x y"'))
