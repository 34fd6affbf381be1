"""Which blobs match the path of a trigger."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emulators.functions_host.blob_path import BlobPath, BlobPathRejected


@pytest.mark.parametrize(
    ("path", "blob", "names"),
    [
        ("drop/{name}", "a.csv", {"name": "a.csv"}),
        ("drop/{name}", "deep/down/a.csv", {"name": "deep/down/a.csv"}),
        ("drop/in/{name}.csv", "in/x/a.csv", {"name": "x/a"}),
        ("drop/in/{name}.csv", "in/a.csv.gz", None),
        ("drop/in/{name}.csv", "out/a.csv", None),
        (
            "drop/{folder}/{name}.{kind}",
            "a/b/c.d.e",
            {"folder": "a/b", "name": "c.d", "kind": "e"},
        ),
        ("drop/fixed.txt", "fixed.txt", {}),
        ("drop/fixed.txt", "fixedXtxt", None),
        ("drop", "anything/at/all", {}),
    ],
)
def test_examples(path, blob, names):
    """A name takes any text, slashes as well."""
    assert BlobPath.parse(path).match(blob) == names


def test_a_path_knows_its_container_and_what_names_start_with():
    """So that a listing can be narrowed."""
    path = BlobPath.parse("drop/in/{name}.csv")
    assert (path.container, path.prefix) == ("drop", "in/")


@pytest.mark.parametrize("path", ["", "/a", "{container}/a", "drop/{a}/{a}", "drop/{1}"])
def test_a_path_that_cannot_be_is_refused(path):
    """A container has a fixed name, and each name of a part comes once."""
    with pytest.raises(BlobPathRejected):
        BlobPath.parse(path)


@given(
    st.text(st.characters(exclude_characters="{}\n\r\x85\u2028\u2029")),
    st.text(st.characters(exclude_categories=["Cc", "Cs", "Zl", "Zp"])),
)
def test_what_the_name_stands_for_is_what_was_put_in(start, name):
    """Whatever surrounds it, even characters that mean something to regular expressions."""
    assert BlobPath.parse(f"drop/{start}.{{name}}.*").match(f"{start}.{name}.*") == {"name": name}
