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


def write(files: PartFiles, part: Part, content: bytes, order: Order = Order.DEVICE) -> None:
    with files.open(part, order) as file:
        file.write(content)


def test_parts_appear_together(tmp_path: Path):
    """Those that nothing was written to are empty, and nothing else is left behind."""
    folder = tmp_path / "new" / "folder"
    with PartFiles.in_folder(folder) as files:
        write(files, Part.WARNINGS, b"warned")
        assert [path for path in folder.iterdir() if path.is_file()] == []
        files.publish(Ndjson())
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
            write(files, Part.DEVICES, b"half")
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
        write(files, Part.DEVICES, b"module\n", Order.MODULE)
        write(files, Part.DEVICES, b"device\n", Order.DEVICE)
        write(files, Part.DEVICES, b"child\n", Order.CHILD)
        files.publish(Ndjson())
    assert (tmp_path / "devices.txt").read_bytes() == b"device\nchild\nmodule\n"


def test_what_an_earlier_pass_wrote_is_forgotten(tmp_path: Path):
    """A second reading of the file begins anew."""
    with PartFiles.in_folder(tmp_path) as files:
        write(files, Part.WARNINGS, b"first pass")
        files.clear()
        write(files, Part.DEVICES, b"second pass")
        files.publish(Ndjson())
    assert (tmp_path / "warnings.ndjson").read_bytes() == b""
    assert (tmp_path / "devices.txt").read_bytes() == b"second pass"


def test_rejected_entries_are_a_file_of_their_format(tmp_path: Path):
    """With its head and tail, ready to be corrected and sent again."""
    with PartFiles.in_folder(tmp_path) as files:
        write(files, Part.ENTRIES, b"a,b")
        files.publish(Listed())
    assert (tmp_path / "retry.list").read_bytes() == b"<a,b>"
