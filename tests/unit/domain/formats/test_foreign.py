"""What cannot be a device file is refused by its name."""

import pytest

from shared.domain.formats.foreign import KINDS, refusal_of
from shared.domain.formats.refusals import REFUSALS, RefusalCode


@pytest.mark.parametrize(
    "beginning",
    [
        *(b"", b"{", b"[", b'{"id":"a"}', b"id,status", b"\xef\xbb\xbf{", b"\xef\xbb\xbfid"),
        *(b"PK,1", b"MZ-1,rack", b"BZh-9,a", b"Rar!,x", b"7z,1", b"GIF,1", b"ORC\n", b"x^1"),
        *(b"0,1", b"PAR1\n", b"%1", b"LZIP,1", b"MSCF-1", b"Obj,1", b"ustar", b"xl/,word/"),
        *("é,ü".encode(), "Łódź".encode(), b"\xe9,1", b"\xff,1", b"\x80\x81"),
    ],
)
def test_what_may_be_a_device_file_is_not_refused(beginning: bytes):
    """A table, a serial number or a line may begin like many things."""
    assert refusal_of(beginning) is None


def test_every_kind_has_a_reason_and_a_name():
    """People read what the file is, and what to do instead."""
    for kind in KINDS:
        assert kind.code in {
            RefusalCode.ARCHIVE,
            RefusalCode.SPREADSHEET,
            RefusalCode.OTHER_FORMAT,
        }
        assert "{what}" in REFUSALS[kind.code].says
        assert kind.what
