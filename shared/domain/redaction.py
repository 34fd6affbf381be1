"""Takes secrets out of text that leaves the process.

Rule: text that someone else wrote (a value from a file, a service's error) passes `redacted`
before it reaches a message, a log, a report or a record.
"""

import re
from typing import Final


#: What each secret looks like, and what stays of it. Applied in this order.
PATTERNS: Final = tuple(
    (re.compile(pattern, flags), replacement)
    for pattern, flags, replacement in (
        (r"-----BEGIN [A-Z ]+-----.*?(?:-----END [A-Z ]+-----|\Z)", re.DOTALL, "***"),
        (
            r"\b((?:Shared|Account)\w+|sig|code|client_secret)(?:=|%3D)[^;&\s\"'\\]+",
            re.IGNORECASE,
            r"\1=***",
        ),
        # A member of JSON, quoted in whatever depth: keys need not look like any.
        (
            r"((?:key|secret|password|token)[\"'\\]+\s*:\s*[\"'\\\[{]*)[^\"'\\,}\]\s]+",
            re.IGNORECASE,
            r"\1***",
        ),
        (r"\bBearer\s+\S+", re.IGNORECASE, "Bearer ***"),
        (r"\beyJ[\w-]+\.[\w-]+\.[\w-]*", 0, "***"),
        # Device keys are base64 of 16 to 64 bytes: 24 to 88 characters.
        (r"(?<![\w+/=-])(?=[\w+/-]*[A-Z0-9+/])[A-Za-z0-9+/_-]{22,86}={1,2}", 0, "***"),
        (r"(?<![\w+/=-])[A-Za-z0-9+/]{64,88}(?![\w+/=-])", 0, "***"),
    )
)
#: Without one of these, none of the patterns can be found.
_MAY_BE: Final = re.compile(
    r"=|%3D|-----BEGIN|bearer|eyJ|[A-Za-z0-9+/]{64}|(?:key|secret|password|token)[\"'\\]",
    re.IGNORECASE,
)
#: Characters that break a line, turn its direction or have no UTF-8.
_UNSAFE: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


#: How a text ends that was too long.
CUT: Final = "…"


def redacted(text: str, limit: int = 300) -> str:
    """Return `text` on one line, without secrets, at most `limit` characters long."""
    if _MAY_BE.search(text):
        for pattern, replacement in PATTERNS:
            text = pattern.sub(replacement, text)
    text = _UNSAFE.sub(" ", text)
    return text if len(text) <= limit else text[: limit - 1] + CUT
