from pathlib import Path

import pytest

from cli.part_files import PartFiles, is_part_file
from shared.domain.device_line import Order
from shared.domain.formats.ndjson import Ndjson
from shared.domain.parts import Part


class Listed(Ndjson):
    """A format with a head and a tail."""

    name = "list"
    head = b"<"
    separator = b","
    tail = b">"


def write(files: PartFiles, *written: tuple[Part, Order, bytes]) -> None:
    with files.replace(*Part) as opened:
        for part, order, content in written:
            opened(part, order)(content)


def test_parts_appear_together(tmp_path: Path):
    """Those that nothing was written to are empty, and nothing else is left behind."""
    folder = tmp_path / "new" / "folder"
    with PartFiles.in_folder(folder) as files:
        write(files, (Part.WARNINGS, Order.DEVICE, b"warned"))
        assert [path for path in folder.iterdir() if path.is_file()] == []
        files.publish(folder, Ndjson())
    content = {path.name: path.read_bytes() for path in folder.iterdir()}
    assert content == {
        "devices.txt": b"",
        "rejected.ndjson": b"",
        "rejected.csv": b"",
        "skipped.ndjson": b"",
        "warnings.ndjson": b"warned",
        "retry.ndjson": b"",
    }
    assert all(map(is_part_file, content))


def test_nothing_appears_of_a_validation_that_is_broken_off(tmp_path: Path):
    """What an earlier one wrote stays as it is."""

    def break_off() -> None:
        with PartFiles.in_folder(tmp_path) as files:
            write(files, (Part.DEVICES, Order.DEVICE, b"half"))
            raise KeyboardInterrupt

    (tmp_path / "devices.txt").write_bytes(b"earlier")
    with pytest.raises(KeyboardInterrupt):
        break_off()
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [
        ("devices.txt", b"earlier")
    ]


def test_devices_stand_in_the_order_of_the_hub(tmp_path: Path):
    """In whatever order they were written."""
    with PartFiles.in_folder(tmp_path) as files:
        contents = {Order.MODULE: b"module\n", Order.DEVICE: b"device\n", Order.CHILD: b"child\n"}
        write(files, *((Part.DEVICES, order, text) for order, text in contents.items()))
        files.publish(tmp_path, Ndjson())
    assert (tmp_path / "devices.txt").read_bytes() == b"device\nchild\nmodule\n"


def test_a_part_can_be_read_while_it_is_replaced(tmp_path: Path):
    """What it held stays until the end of the block; other parts are not touched."""
    with PartFiles.in_folder(tmp_path) as files:
        write(files, (Part.WARNINGS, Order.DEVICE, b"old"), (Part.DEVICES, Order.DEVICE, b"d"))
        with files.replace(Part.WARNINGS) as opened:
            for chunk in files.read(Part.WARNINGS):
                opened(Part.WARNINGS, Order.DEVICE)(chunk + b", new")
            assert b"".join(files.read(Part.WARNINGS)) == b"old"
        assert b"".join(files.read(Part.WARNINGS)) == b"old, new"
        assert b"".join(files.read(Part.DEVICES)) == b"d"


def test_some_of_a_part_can_be_read(tmp_path: Path):
    """From a place on, and so many bytes."""
    with PartFiles.in_folder(tmp_path) as files:
        write(files, (Part.DEVICES, Order.DEVICE, b"0123"), (Part.DEVICES, Order.MODULE, b"456"))
        assert b"".join(files.read(Part.DEVICES, 2, 4)) == b"2345"
        assert b"".join(files.read(Part.DEVICES, 5)) == b"56"


def test_rejected_entries_are_a_file_of_their_format(tmp_path: Path):
    """With its head and tail, ready to be corrected and sent again."""
    with PartFiles.in_folder(tmp_path) as files:
        write(files, (Part.ENTRIES, Order.DEVICE, b"a,b"))
        files.publish(tmp_path, Listed())
    assert (tmp_path / "retry.list").read_bytes() == b"<a,b>"
