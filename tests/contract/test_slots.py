from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from shared.adapters.blob_documents import BlobDocuments
from shared.adapters.blob_records import BlobSlots
from shared.adapters.storage import Container
from shared.ports import Slots
from tests.fakes.clock import FakeClock
from tests.fakes.records import FakeSlots


@pytest.fixture(params=["fake", "azurite"])
def slots(request: Any, fresh: str) -> Slots:
    if request.param == "fake":
        return FakeSlots(FakeClock())
    storage = request.getfixturevalue("storage")
    return BlobSlots(BlobDocuments(Container(storage, fresh)), FakeClock())


def test_a_free_slot_is_held_by_nobody(slots: Slots):
    """Before it was ever taken."""
    assert slots.holder("hub-a") is None


def test_a_slot_is_taken_once(slots: Slots):
    """The second import is told; the holder may ask again."""
    assert slots.take("hub-a", "first")
    assert not slots.take("hub-a", "second")
    assert slots.take("hub-a", "first")


def test_slots_do_not_know_each_other(slots: Slots):
    """Two hubs, two slots; a local hub's name may have a port."""
    assert slots.take("hub-a", "first")
    assert slots.take("localhost:8443", "second")


def test_a_released_slot_can_be_taken_again(slots: Slots):
    """By anybody, with a later epoch."""
    slots.take("hub-a", "first")
    first = slots.holder("hub-a")
    assert first
    slots.release("hub-a", first)
    assert slots.holder("hub-a") is None
    assert slots.take("hub-a", "second")
    second = slots.holder("hub-a")
    assert second
    assert second.epoch > first.epoch


def test_an_old_hold_releases_nothing(slots: Slots):
    """Whoever read the slot before it changed hands cannot free it any more."""
    slots.take("hub-a", "first")
    old = slots.holder("hub-a")
    assert old
    slots.release("hub-a", old)
    slots.take("hub-a", "second")
    slots.release("hub-a", old)
    holder = slots.holder("hub-a")
    assert holder
    assert holder.import_id == "second"


def test_a_slot_remembers_the_jobs_of_its_last_holders(slots: Slots):
    """Each once, and not those of long ago."""
    for number in range(20):
        hold = slots.take("hub-a", f"import-{number}")
        assert hold
        slots.release("hub-a", hold, [f"job-{number}", f"job-{number}"])
    hold = slots.take("hub-a", "next")
    assert hold
    assert hold.jobs[-2:] == ("job-18", "job-19")
    assert len(hold.jobs) == len(set(hold.jobs)) < 20


def test_of_many_imports_one_gets_the_slot(slots: Slots):
    """Sixteen at once: one holder, and it is the one that was told so."""
    imports = [f"import-{number}" for number in range(16)]
    with ThreadPoolExecutor(16) as pool:
        took = list(pool.map(lambda one: slots.take("hub-a", one), imports))
    holder = slots.holder("hub-a")
    assert holder
    assert [one for one, won in zip(imports, took, strict=True) if won] == [holder.import_id]
