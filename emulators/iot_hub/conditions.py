"""The query language, as far as configurations use it: target conditions and metric queries.

Source: Microsoft's pages on the query language and on automatic device management; a live hub for
the properties that a target condition may name.
"""

import re
from typing import Final


#: What a text is cut into, and the sign that stands for it; names come last, they match words.
_TOKENS: Final = (
    ("", r"\s+"),
    ("v", r"'[^']*'|\"[^\"]*\"|-?\d+(?:\.\d+)?|(?:true|false|null)\b"),
    ("&", r"(?:and|or)\b"),
    ("!", r"not\b"),
    ("i", r"n?in\b"),
    ("f", r"(?:is_defined|starts_?with|ends_?with|contains)(?=\s*\()"),
    ("=", r"[<>!]=|<>|[=<>]"),
    ("p", r"[a-z_$][\w$]*(?:\.[\w$]+|\.?\[\[[^\]]+\]\]|\['[^']*'\])*"),
    (",", r","),
    *((sign, re.escape(sign)) for sign in "()[]"),
)
_TOKEN: Final = re.compile("|".join(f"({pattern})" for _, pattern in _TOKENS), re.IGNORECASE)
#: What stands for a condition; done over and over, one that is whole becomes a single `c`.
_REDUCTION: Final = re.compile(r"f\([pv](?:,[pv])*\)|pi\[v(?:,v)*\]|[pv]=[pv]|!c|\(c\)|c&c")

_ANYTHING: Final = re.compile(r".*")
_OF_DEVICES: Final = re.compile(
    r"deviceId|(?:tags|properties\.reported)(?:[.\[].*)?", re.IGNORECASE
)
_OF_MODULES: Final = re.compile(rf"moduleId|{_OF_DEVICES.pattern}", re.IGNORECASE)
_FROM_MODULES: Final = re.compile(r"\s*from\s+devices\.modules\s+where\s", re.IGNORECASE)
_QUERY: Final = re.compile(
    r"\s*select\s+\S.*?\s+from\s+devices(?:\.modules)?(?:\s+where\s+(?P<condition>.*))?",
    re.IGNORECASE | re.DOTALL,
)


def is_target_of_devices(condition: str) -> bool:
    """Tell whether it can choose devices: `*` stands for all, nothing for none."""
    return condition.strip() in {"", "*"} or _is_condition(condition, _OF_DEVICES)


def is_target_of_modules(condition: str) -> bool:
    """Tell whether it can choose modules: it begins with `from devices.modules where`."""
    start = _FROM_MODULES.match(condition)
    return start is not None and _is_condition(condition[start.end() :], _OF_MODULES)


def is_metric(query: str) -> bool:
    """Tell whether it is a query over devices or modules."""
    match = _QUERY.fullmatch(query)
    return match is not None and _is_condition(match["condition"] or "1 = 1", _ANYTHING)


def _is_condition(text: str, properties: re.Pattern[str]) -> bool:
    signs, end = "", 0
    for token in _TOKEN.finditer(text):
        sign = _TOKENS[(token.lastindex or 1) - 1][0]
        is_strange = sign == "p" and not properties.fullmatch(token[0])
        if token.start() != end or is_strange:
            return False
        signs, end = signs + sign, token.end()
    return end == len(text) and _is_whole(signs)


def _is_whole(signs: str) -> bool:
    while (shorter := _REDUCTION.sub("c", signs)) != signs:
        signs = shorter
    return signs == "c"
