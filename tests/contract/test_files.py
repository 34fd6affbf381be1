from collections.abc import Callable
from typing import Any

import pytest
from azure.storage.blob import BlobServiceClient

from shared.adapters.blob_files import BlobDeviceFiles, BlobWork
from shared.adapters.storage import BLOCK_BYTES
from shared.domain.errors import Conflict, SourceChanged
from shared.ports import DeviceFiles, Work
from tests.fakes.clock import FakeClock
from tests.fakes.files import FakeDeviceFiles, FakeWork


type Drop = Callable[[str, bytes], object]


@pytest.fixture(params=["fake", "azurite"])
def dropped(request: Any, fresh: str) -> tuple[DeviceFiles, Drop]:
    """The port, and what a person does."""
    if request.param == "fake":
        fake = FakeDeviceFiles(FakeClock())
        return fake, lambda name, content: fake.drop(name, content, fresh)
    storage: BlobServiceClient = request.getfixturevalue("storage")
    container = storage.create_container(fresh)
    return BlobDeviceFiles(storage), lambda name, content: container.upload_blob(
        name, content, overwrite=True
    )


@pytest.fixture(params=["fake", "azurite"])
def work(request: Any) -> Work:
    if request.param == "fake":
        return FakeWork()
    return BlobWork(request.getfixturevalue("storage"))


def test_a_dropped_file_is_seen_and_read(dropped: tuple[DeviceFiles, Drop], fresh: str):
    """With name, size and version; the bytes are the bytes."""
    files, drop = dropped
    drop("factory-a/x.txt", b"line\n" * 10)
    source = files.look(fresh, "factory-a/x.txt")
    assert source
    assert (source.container, source.name, source.size) == (fresh, "factory-a/x.txt", 50)
    assert b"".join(files.read(source)) == b"line\n" * 10


def test_a_file_that_is_not_there_is_not_seen(dropped: tuple[DeviceFiles, Drop], fresh: str):
    """Asking is no error."""
    assert dropped[0].look(fresh, "never-there") is None


@pytest.mark.parametrize("name", ["", "\ud800", "x\udfff", "../reports/x", "a/./x", ".."])
def test_what_can_be_no_name_is_not_seen(dropped: tuple[DeviceFiles, Drop], fresh: str, name: str):
    """An event may say anything; asking is no error."""
    assert dropped[0].look(fresh, name) is None


@pytest.mark.parametrize("container", ["", "../work", "a/b", "x?y", "$logs", "A", "a\n", "\ud800"])
def test_what_can_be_no_container_has_no_files(dropped: tuple[DeviceFiles, Drop], container: str):
    """Part of a path, it would lead to other blobs of the account."""
    assert dropped[0].look(container, "x") is None


def test_an_overwritten_version_cannot_be_read_any_more(
    dropped: tuple[DeviceFiles, Drop], fresh: str
):
    """Every write is a version of its own, even with the same bytes."""
    files, drop = dropped
    drop("x", b"same")
    first = files.look(fresh, "x")
    drop("x", b"same")
    second = files.look(fresh, "x")
    assert first
    assert second
    assert first.etag != second.etag
    with pytest.raises(SourceChanged):
        list(files.read(first))
    assert b"".join(files.read(second)) == b"same"


@pytest.mark.parametrize("name", ["a b", "ü/ł ó", "%2e%2e/x", "a?b#c", "x" * 200, "a\\b", "=1+1"])
def test_any_name_can_be_read(dropped: tuple[DeviceFiles, Drop], fresh: str, name: str):
    """A name is data: it needs no quoting by anyone."""
    files, drop = dropped
    drop(name, b"content")
    source = files.look(fresh, name)
    assert source
    assert b"".join(files.read(source)) == b"content"


def write(work: Work, folder: str, name: str, *pieces: bytes) -> None:
    with work.replace(folder, [name]) as files:
        for piece in pieces:
            files(name, 0)(piece)


def test_a_file_appears_whole(work: Work, fresh: str):
    """Nothing can be read before the end; then everything, in order."""
    with work.replace(f"work/{fresh}", ["devices.txt"]) as files:
        files("devices.txt", 0)(b"one\n")
        assert list(work.read(f"work/{fresh}/devices.txt")) == []
        files("devices.txt", 0)(b"two\n")
    assert b"".join(work.read(f"work/{fresh}/devices.txt")) == b"one\ntwo\n"


def test_sections_follow_one_another(work: Work, fresh: str):
    """They may be filled in turn, and the file is in order all the same."""
    with work.replace(f"work/{fresh}", ["devices.txt"]) as files:
        for number in (2, 0, 1, 2, 0):
            files("devices.txt", number)(b"%d" % number)
    assert b"".join(work.read(f"work/{fresh}/devices.txt")) == b"00122"


def test_a_file_that_failed_half_way_does_not_appear(work: Work, fresh: str):
    """What was there before stays."""
    folder = f"reports/{fresh}"
    write(work, folder, "report.ndjson", b"before")
    with pytest.raises(ZeroDivisionError), work.replace(folder, ["report.ndjson"]) as files:
        files("report.ndjson", 0)(b"half" * (1 // 0))
    assert b"".join(work.read(f"{folder}/report.ndjson")) == b"before"


def test_a_file_that_nothing_is_written_to_is_empty(work: Work, fresh: str):
    """Also when it held something before."""
    write(work, f"work/{fresh}", "rejected.ndjson", b"before")
    write(work, f"work/{fresh}", "rejected.ndjson")
    assert b"".join(work.read(f"work/{fresh}/rejected.ndjson")) == b""


def test_a_file_is_replaced_only_in_the_version_that_was_seen(work: Work, fresh: str):
    """Whoever looked before somebody else wrote replaces nothing; so with a file not there yet."""
    folder = f"reports/{fresh}"
    none_yet = work.versions(folder)
    assert none_yet == {}
    with work.replace(folder, ["a", "b"], onto=none_yet) as files:
        files("a", 0)(b"first")
    seen = work.versions(folder)
    assert set(seen) == {"a", "b"}
    with pytest.raises(Conflict), work.replace(folder, ["a"], onto=none_yet) as files:
        files("a", 0)(b"too late")
    with work.replace(folder, ["a"], onto=seen) as files:
        files("a", 0)(b"second")
    with pytest.raises(Conflict), work.replace(folder, ["a"], onto=seen) as files:
        files("a", 0)(b"too late")
    assert b"".join(work.read(f"{folder}/a")) == b"second"
    assert work.versions(folder)["b"] == seen["b"]


def test_a_file_of_blocks_is_replaced_only_in_the_version_that_was_seen(work: Work, fresh: str):
    """Its blocks are there, but they do not become a file."""
    folder, block = f"reports/{fresh}", bytes(BLOCK_BYTES)
    write(work, folder, "a", b"first")
    for late in ({}, {"a": '"0x0"'}):
        with pytest.raises(Conflict), work.replace(folder, ["a"], onto=late) as files:
            files("a", 0)(block)
    assert b"".join(work.read(f"{folder}/a")) == b"first"


def test_some_of_a_file_can_be_read(work: Work, fresh: str):
    """From a place on, and so many bytes."""
    write(work, f"work/{fresh}", "x", b"0123456789")
    assert b"".join(work.read(f"work/{fresh}/x", 3, 4)) == b"3456"
    assert b"".join(work.read(f"work/{fresh}/x", 7)) == b"789"


def test_there_is_nothing_behind_the_end(work: Work, fresh: str):
    """Asking for it is no error, and neither is asking for no bytes."""
    write(work, f"work/{fresh}", "x", b"0123456789")
    assert b"".join(work.read(f"work/{fresh}/x", 8, 4)) == b"89"
    assert b"".join(work.read(f"work/{fresh}/x", 10)) == b""
    assert b"".join(work.read(f"work/{fresh}/x", 11, 4)) == b""
    assert b"".join(work.read(f"work/{fresh}/x", 3, 0)) == b""


def test_an_empty_file_is_seen_and_read(dropped: tuple[DeviceFiles, Drop], fresh: str):
    """It has a version like any other, and no bytes."""
    files, drop = dropped
    drop("empty", b"")
    source = files.look(fresh, "empty")
    assert source
    assert source.size == 0
    assert b"".join(files.read(source)) == b""


def test_a_file_of_several_blocks_keeps_its_order(work: Work, fresh: str):
    """Written in uneven pieces, larger than one block."""
    pieces = [bytes([number]) * (BLOCK_BYTES // 3) for number in range(10)]
    write(work, f"work/{fresh}", "devices.txt", *pieces)
    assert b"".join(work.read(f"work/{fresh}/devices.txt")) == b"".join(pieces)


def test_files_that_grow_together_keep_their_order(work: Work, fresh: str):
    """Each is smaller than a block, all together are larger than what is held back."""
    names = ["devices.txt", "devices.numbers", "rejected.entries"]
    piece = bytes(BLOCK_BYTES // 16)
    with work.replace(f"work/{fresh}", names) as files:
        for number in range(30):
            files(names[number % 3], number % 2)(bytes([number]) + piece)
    for index, name in enumerate(names):
        order = [*range(index, 30, 6), *range(index + 3, 30, 6)]
        numbers = sorted(order, key=lambda number: (number % 2, number))
        expected = b"".join(bytes([number]) + piece for number in numbers)
        assert b"".join(work.read(f"work/{fresh}/{name}")) == expected


def test_an_address_gives_no_access(work: Work, fresh: str):
    """It names the file and carries no signature."""
    address = work.address(f"reports/{fresh}/report.ndjson")
    assert address.endswith(f"/reports/{fresh}/report.ndjson")
    assert "?" not in address


def test_scratch_is_a_file(work: Work):
    """It can be written, sought and read."""
    with work.scratch() as scratch:
        scratch.write(b"12345678")
        scratch.seek(2)
        assert scratch.read(3) == b"345"


def test_all_files_are_seen_in_the_versions_that_events_tell_of(
    dropped: tuple[DeviceFiles, Drop], fresh: str
):
    """A listing and a look at one blob mean the same version, so they mean the same import."""
    files, drop = dropped
    for name in ("a/x.txt", "ü b"):
        drop(name, b"content")
    assert {one.name: one.etag for one in files.all(fresh)} == {
        name: source.etag for name in ("a/x.txt", "ü b") if (source := files.look(fresh, name))
    }


def test_a_missing_container_has_no_files(dropped: tuple[DeviceFiles, Drop]):
    """Nobody dropped anything yet."""
    assert list(dropped[0].all("never-there")) == []
