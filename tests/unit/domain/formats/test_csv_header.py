"""The header names the fields."""

import pytest

from shared.domain.formats.csv_cells import Kind
from shared.domain.formats.csv_dialect import cell_of
from shared.domain.formats.csv_header import MAX_COLUMNS, NAMED, read_columns
from shared.domain.formats.format import FileRefused
from shared.domain.formats.refusals import RefusalCode


@pytest.mark.parametrize(
    ("title", "path", "kind"),
    [
        ("ID", "id", Kind.TEXT),
        (" status ", "status", Kind.TEXT),
        ("authType", "authentication.type", Kind.TEXT),
        ("authentication.TYPE", "authentication.type", Kind.TEXT),
        ("primarykey", "authentication.symmetricKey.primaryKey", Kind.TEXT),
        ("authentication.x509Thumbprint.secondaryThumbprint",) * 2 + (Kind.TEXT,),
        ("etag", "eTag", Kind.TEXT),
        ("iotEdge", "capabilities.iotEdge", Kind.TRUTH),
        ("parentScopes", "parentScopes", Kind.TEXTS),
        ("tags", "tags", Kind.TYPED),
        ("Tags.Plant", "tags.Plant", Kind.TYPED),
        ("tags.a.b.c", "tags.a.b.c", Kind.TYPED),
        ("tags.plant:text", "tags.plant", Kind.TEXT),
        ("desired.interval", "properties.desired.interval", Kind.TYPED),
        ("properties.desired", "properties.desired", Kind.TYPED),
        ("REPORTED.x:TEXT", "properties.reported.x", Kind.TEXT),
        ("tags.Łódź 1%", "tags.Łódź 1%", Kind.TYPED),
    ],
)
def test_a_title_names_a_field(title: str, path: str, kind: Kind):
    """By its path or the last part of it, in any case but below a twin."""
    titles = [title] if path == "id" else [title, "id"]
    column = read_columns([cell_of(one) for one in titles])[0]
    assert (column.title, ".".join(column.path), column.kind) == (title, path, kind)


@pytest.mark.parametrize(
    ("titles", "code", "words"),
    [
        (["id", "statsu"], RefusalCode.CSV_UNKNOWN_COLUMN, 'did you mean "status"?'),
        (["deviceId"], RefusalCode.CSV_UNKNOWN_COLUMN, 'did you mean "id"?'),
        (["id", "primary key"], RefusalCode.CSV_UNKNOWN_COLUMN, 'did you mean "primaryKey"?'),
        (["id", "tags."], RefusalCode.CSV_UNKNOWN_COLUMN, '"tags."'),
        (["id", "tags..a"], RefusalCode.CSV_UNKNOWN_COLUMN, '"tags..a"'),
        (["id", "tags" + ".a" * 12], RefusalCode.CSV_UNKNOWN_COLUMN, "tags.a"),
        (["id", "", "x"], RefusalCode.CSV_UNKNOWN_COLUMN, "column 2, without one"),
        (["id", *map(str, range(NAMED + 3))], RefusalCode.CSV_UNKNOWN_COLUMN, ", and 3 more"),
        (["id", "Id"], RefusalCode.CSV_COLUMN_TWICE, '"id" and "Id"'),
        (["id", "authType", "authentication.type"], RefusalCode.CSV_COLUMN_TWICE, "authType"),
        (["id", "tags", "tags.a"], RefusalCode.CSV_COLUMN_TWICE, '"tags" and "tags.a"'),
        (["id", "tags.a.b", "tags.a:text"], RefusalCode.CSV_COLUMN_TWICE, '"tags.a:text"'),
        (["status", "tags.a"], RefusalCode.CSV_NO_ID, '"status", "tags.a"'),
        ([], RefusalCode.CSV_NO_ID, "it is empty"),
        (["id", *(f"tags.a{n}" for n in range(MAX_COLUMNS))], RefusalCode.CSV_TOO_MANY_COLUMNS,
         "257 columns"),
        (["id", "tags." + "x" * 17_000], RefusalCode.CSV_HEADER_TOO_LONG, "16 KB"),
    ],
)  # fmt: skip
def test_a_header_that_is_none_is_refused(titles: list[str], code: RefusalCode, words: str):
    """The message names the columns and, where it can, what was meant."""
    with pytest.raises(FileRefused) as refused:
        read_columns([cell_of(title) for title in titles])
    assert refused.value.code == code
    assert words in refused.value.text


def test_a_header_in_another_encoding_is_refused():
    """Its names cannot be told."""
    with pytest.raises(FileRefused) as refused:
        read_columns(["id", "tags.Gr\xf6\xdfe"])
    assert refused.value.code == RefusalCode.CSV_HEADER_NOT_UTF8


def test_no_key_is_shown_where_a_header_is_missing():
    """The first row has values then."""
    key = "o7L+5X255/2QWBfkljOGZ5m4x0lXLm7YWECddDyraF8="
    with pytest.raises(FileRefused) as refused:
        read_columns(["press-001", "enabled", key])
    assert "press-001" in refused.value.text
    assert key not in refused.value.text
