"""Files that nobody means to send: random bytes, and bytes that look like something."""

from hypothesis import strategies as st


_BEGINNINGS = (
    *(b"", b"{", b"[", b"[\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf[", b"\n\n", b"Warning: a b\n"),
    *(b"id,status\n", b"id;tags.a;desired.x\r\n", b"id\r", b"\xef\xbb\xbfid\tauthType\n"),
    *(b'{"id":"z"}\n', b'[{"id":"z"},', b"Contoso,Book,S1\n", b"SN1;rack 1\n"),
)
_PIECES = (
    *(b"{", b"}", b"[", b"]", b'"', b",", b";", b"|", b":", b"\\", b"%s", b" ", b"\t", b'""'),
    *(b"\n", b"\r", b"\r\n", b"\0", b"\xff", b"\xc3", b"\xc3\xa9", b"\xe2\x80\xa8", b"\x85"),
    *(b'{"id":"a"}', b'{"id":"b","status":"enabled"},', b'{"id":"a"', b'"id":"c"', b"null", b"1"),
    *(b"NaN", b"true", b'"tags":{"a":null}', b'"\\ud800"', b'"x\ny"', b'{"id":1}', b'{"a":[{}]}'),
    *(b"id,status", b"status", b"a,enabled", b"a,enabled\n", b"1,2", b"Warning: a b\n"),
    *(b"490154203237518", b"Contoso,Book,S1", b"S.1,rack\n", b"importedDeviceIdentifier"),
    *(b'{"importedDeviceIdentifier":"S1"}', b'{"importedDeviceIdentifier":"a","platform":"x"}'),
)

#: Files of pieces that mean something, in an order that does not.
nonsense = st.builds(
    lambda beginning, pieces: beginning + b"".join(pieces),
    st.sampled_from(_BEGINNINGS),
    st.lists(st.sampled_from(_PIECES), max_size=25),
)
#: Any bytes, mostly such that get far.
contents = nonsense | st.binary(max_size=60)
names = st.sampled_from(["x.txt", "x.NDJSON", "x.json", "x.csv", "x.csv.gz", "x"])
kinds = st.sampled_from(["devices", "intune"])
