import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.redaction import redacted


KEY = base64.b64encode(bytes(range(200, 232))).decode()


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        (f"key {KEY} here", KEY),
        (f'{{"primaryKey":"{KEY}"}}', KEY),
        ("https://a.blob/c?sv=1&sig=abc%2Bdef%3D&se=2", "abc%2Bdef"),
        (f"HostName=h;SharedAccessKey={KEY};x", KEY),
        (f"AccountName=a;AccountKey={KEY}{KEY};x", KEY),
        ("Authorization: Bearer abc.def.ghi", "abc.def"),
        ("token eyJhbGciOi.eyJzdWIi.c2ln", "eyJzdWIi"),
        ("https://f.net/api?code=s3cr3t==&x=1", "s3cr3t"),
        ("-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----", "MIIE"),
        ("-----BEGIN PRIVATE KEY-----\ncut off MIIE", "MIIE"),
        (base64.b64encode(b"\xff" * 48).decode(), "////"),
    ],
)
def test_a_secret_does_not_get_through(text: str, secret: str):
    """Each kind of secret is taken out, wherever it stands."""
    assert secret not in redacted(text)


@pytest.mark.parametrize(
    "text",
    [
        "did you mean importMode createOrUpdateIfMatchETag?",
        "Hub_00000001_38b4e652-e44d-47f2-b70d-9e260e271365",
        "line-1-sensor-0001 is in use",
    ],
)
def test_plain_words_get_through(text: str):
    """Names and sentences stay as they are."""
    assert redacted(text) == text


@given(st.text(), st.integers(2, 50))
def test_text_is_one_line_of_limited_length(text: str, limit: int):
    """Nothing in it can start a new line in a log, and it can be written as UTF-8."""
    safe = redacted(text, limit)
    assert len(safe) <= limit
    assert len(safe.splitlines()) <= 1
    safe.encode()
