"""What is put into lines: some of it may stand there, some may not."""

from typing import Final


#: Letters of most values, and digits; mostly harmless.
LETTERS: Final = tuple(bytes([letter]) for letter in b"0123456789abcdefABCDEFGxyz+/-_. ")
DIGITS: Final = tuple(bytes([digit]) for digit in b"00123456789.e-")
#: Numbers of every spelling; not all of them are numbers.
NUMBERS: Final = (
    *(b"0", b"-0", b"00", b"01", b"-01", b"+1", b"1.", b".5", b"-", b"-.5", b"0x1F", b"1_000"),
    *(b"0.0", b"-0.0", b"1.50", b"1e5", b"1E+5", b"1e-5", b"1e", b"1.e5", b"1e400", b"-1e400"),
    *(b"NaN", b"Infinity", b"-Infinity", b"9" * 14, b"9" * 15, b"9" * 16, b"9" * 17, b"9" * 5000),
    *(b"4503599627370495", b"4503599627370496", b"-4503599627370496", b"-4503599627370497"),
    *(b"9" * 15 + b"." + b"9" * 17, b"0." + b"0" * 17 + b"1", b"-" + b"9" * 15, b"1" * 15 + b".5"),
)
#: Pieces of texts and of structure.
PIECES: Final = (
    *(b'"', b"\\", b"\\\\", b'\\"', b"\\/", b"\\n", b"\\u0041", b"\\u0000", b"\\u00e9", b"\\x41"),
    *(b"\\ud800", b"\\udc00", b"\\ud83d\\ude00", b"\\u", b"\\u00", b"\\u2028", b"\\u0022"),
    *(b"\x00", b"\x1f", b"\x7f", b"\t", b"\r", b"\x0b", b"\x0c", b" ", b"\xc2\x85", b"\xc2\xa0"),
    *(
        "é😀\u2028\u2029\ufeff".encode(),
        b"\xff",
        b"\xc3",
        b"\xc0\x80",
        b"\xed\xa0\x80",
        b"\xf5\x80",
    ),
    *(b"{", b"}", b"[", b"]", b":", b",", b"{}", b"[]", b"null", b'""', b",,", b"//", b"/**/"),
    *(b"$", b".", b"#", b"%", b"+", b"?", b"=", b"==", b"A", b"0", b"-", b"'", b"`"),
)
#: What stands around symbols.
BLANKS: Final = (
    *(b" ", b"  ", b"\t", b"\r", b" " * 50, b"\x0b", b"\x0c", b"\xc2\xa0", b"\xe2\x80\xa8"),
    *(b"\xef\xbb\xbf", b"\x00", b"\x1c", b"\x85"),
)
#: Values.
VALUES: Final = (
    *(b"null", b"true", b"false", b'""', b"{}", b"[]", b"True", b"NULL", b"undefined", b"", b"''"),
    *(b'"null"', b'" "', b'"$edgeAgent"', b'"a"', b"[null]", b'{"":null}', b'{"a":1,"a":2}'),
)
