"""What might stand where the name of a host should, to have us speak to somebody else."""

from collections.abc import Iterator, Sequence
from typing import Final


EVIL: Final = "evil.example"
#: Addresses of machines, in every way of writing one, and names that mean one.
MACHINES: Final[Sequence[str]] = (
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1"),
    *("017700000001", "0", "0.0.0.0.", "127.0.0.1.", "127.0.0.1:443", "127.000.000.001"),
    *("10.0.0.1", "172.16.0.1", "192.168.0.1", "168.63.129.16", "100.100.100.200"),
    *("169.254.169.254", "169.254.169.254:80", "2852039166", "0xa9fea9fe", "0251.0376.0251.0376"),
    *("169.254.43518", "[::1]", "::1", "[::]", "[::1]:443", "[::ffff:169.254.169.254]"),
    *("[::ffff:a9fe:a9fe]", "[fe80::1%25eth0]", "[fd00:ec2::254]", "[0:0:0:0:0:0:0:1]", "[v1.x]"),
    *("\u2460\u2461\u2466.0.0.1", "\uff11\uff12\uff17.0.0.1", "127\u30020\u30020\u30021"),
    *("localhost", "localhost.", "LOCALHOST:1", "localhost.localdomain", "ip6-localhost"),
    *("metadata", "metadata.google.internal", "host.docker.internal", "kubernetes.default.svc"),
    *("nip.io", "127.0.0.1.nip.io", "xip.io", "localtest.me", "evil.example", "evil", "a.b"),
    *("", " ", ".", "..", "/", "//", "\\", "@", ":", "?", "#", "%", "*", "-", "_", "null", "None"),
    *("file:///etc/passwd", "gopher://x", "ftp://x", "data:,x", "javascript:x", "unix:/run/x"),
    *("http://", "https://", "sb://", "{host}", "${HOST}", "%HOST%", "$(host)", "`host`"),
)


#: What may stand between a host and something that is none.
_JOINTS: Final = ("/", "\\", "/\\", "?", "#", ";", "&", "%2f", "%5c", "%23", "%3f", "\uff0f")
_DOTS: Final = (".", "-", "_", "%2e", "\u3002", "\uff0e", "\uff61", "@", ":@", "%40", "\uff20")
_ENDS: Final = (
    *("\\@", "#@", "?@", "/@", ":x@", "%00@", "\n", "\r\n", "\t", " ", ",", "|", "\0", "\x85"),
    *("\u2028", "\u2029"),
)
_BEHIND: Final = (
    *(":80", ":443", ":0", ":99999", ":-1", ":x", ":", ":443:443", "::"),
    *("/x", "/../x", "/..", "//x", "?x=y", "#x", "\\x", ";x", "/%2e%2e", "/?", "/#"),
)
_BEFORE: Final = (
    *("user@", "user:word@", "@", ":@", "a@b@", "%75@", "user%40"),
    *("http:", "http://", "ftp://", "//", "\\\\", "https:", "https:/", "ws://", "x:"),
)


def hostile(good: str) -> Iterator[str]:
    """Yield strings that look like a good host or hold it, and are another's or nobody's."""
    yield from (machine for machine in MACHINES if machine)
    label, _, domain = good.partition(".")
    yield from _around(good)
    yield from _lookalikes(good, label, domain)
    yield from _spelled(good)


def _around(good: str) -> Iterator[str]:
    """Put the good host where it is no host."""
    yield from (f"{good}{joint}{EVIL}" for joint in (*_JOINTS, *_DOTS, *_ENDS))
    yield from (f"{EVIL}{joint}{good}" for joint in (*_JOINTS, *_ENDS))
    yield from (f"{EVIL}{joint}.{good}" for joint in _JOINTS)
    yield from (f"{good}{behind}" for behind in _BEHIND)
    yield from (f"{before}{good}" for before in _BEFORE)


def _lookalikes(good: str, label: str, domain: str) -> Iterator[str]:
    """Change what is fixed in a good host."""
    for end in ("evil", "com.evil", "example", "internal", "local", "nip.io"):
        yield f"{label}.{domain}.{end}"
    yield from (
        f"{label}.evil{domain}",
        f"{label}-{domain}",
        f"{label}{domain}",
        domain,
        f".{good}",
    )
    yield from (
        f"{label}.evil.{domain}",
        f"{label}..{domain}",
        f"-{good}",
        f"_{good}",
        f"*.{domain}",
    )
    yield from (good[:-1], good + "x", good.replace(".", "-"))
    yield from (
        f"{'x' * 300}.{domain}",
        f"{label}\u00ad.{domain}\u00ad",
        f"xn--{label}--x-.{domain}.",
    )


def _spelled(good: str) -> Iterator[str]:
    """Write a good host in letters that are no ASCII, or in other signs."""
    other = {
        "a": "\u0430",
        "e": "\u0435",
        "o": "\u043e",
        "c": "\u0441",
        "i": "\u0131",
        "s": "\u017f",
    }
    for letter, same in other.items():
        if letter in good:
            yield good.replace(letter, same, 1)
            yield good.replace(letter, same)
    yield "".join(chr(ord(one) + 0xFEE0) if one.isalnum() else one for one in good)
    for dot in ("\u3002", "\uff0e", "\uff61", "\u2024", "%2e", "%2E", "..", ". ", "\\."):
        yield good.replace(".", dot)
    for odd in (
        "\n",
        "\r",
        "\r\n",
        "\t",
        " ",
        "\0",
        "\x0b",
        "\x7f",
        "\u200b",
        "\ufeff",
        "\u202e",
        ".",
    ):
        yield f"{good}{odd}"
        yield f"{odd}{good}"
    yield from ("".join(f"%{ord(one):02x}" for one in good), f'"{good}"', f"'{good}'", f"[{good}]")
    yield from (f"<{good}>", f"({good})", f"{good},{good}", f"{good} {good}", f"{good};{good}")
