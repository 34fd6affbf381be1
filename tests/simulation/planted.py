"""Faults that are planted on purpose: each takes away one of the things that keep the app safe."""

from collections.abc import Callable, Iterable
from typing import Final

import pytest

from shared.adapters import blob_documents, bulk_run
from shared.adapters.blob_records import BlobSlots
from shared.adapters.hub_target import HubTarget
from shared.domain.effect import Left
from shared.domain.import_record import ImportRecord
from shared.domain.job import Job
from shared.domain.lifecycle import State
from shared.domain.recovery import Adopt, NoJob, Unclear, find_job
from shared.ports import Hold, Ports
from shared.use_cases import poll_import_jobs, start_import_job
from tests.simulation.world import BEGIN


class _Unknown(str):
    """A nonce that nobody knows again, not even who wrote it."""

    __slots__ = ()

    def __eq__(self, _: object) -> bool:
        return False

    __hash__ = str.__hash__


class _Nonces:
    @staticmethod
    def token_hex(_: int) -> str:
        return _Unknown("nonce")


def no_baseline(patch: pytest.MonkeyPatch) -> None:
    """Take every job that a hub shows for a new one."""

    def find(_: object, jobs: Iterable[Job], kind: str) -> Adopt | NoJob | Unclear:
        return find_job((), jobs, kind)

    patch.setattr(poll_import_jobs, "find_job", find)


def no_fence(patch: pytest.MonkeyPatch) -> None:
    """Leave the input where it is."""
    patch.setattr(HubTarget, "fence", lambda *_: None)


def no_read_back(patch: pytest.MonkeyPatch) -> None:
    """Have no writer find its own nonce."""
    patch.setattr(blob_documents, "secrets", _Nonces)


def no_slot_check(patch: pytest.MonkeyPatch) -> None:
    """Let every import start that is in the queue."""

    def is_its_turn(_: Ports, record: ImportRecord) -> bool:
        return record.state is State.QUEUED

    def take(slots: BlobSlots, slot: str, import_id: str) -> Hold:
        return slots.holder(slot) or Hold(import_id, BEGIN, 1, "")

    patch.setattr(BlobSlots, "take", take)
    patch.setattr(start_import_job, "_is_its_turn", is_its_turn)


def marked_before_sent(patch: pytest.MonkeyPatch) -> None:
    """Note that subscribers were told, and tell them afterwards."""

    def publish(ports: Ports, record: ImportRecord) -> ImportRecord:
        if not record.unsent:
            return record
        stored = ports.records.replace(record.sent(ports.clock.now()))
        ports.results.send(record, record.unsent)
        return stored

    patch.setattr(poll_import_jobs, "_publish", publish)


def no_look_after_a_lost_answer(patch: pytest.MonkeyPatch) -> None:
    """Make a bulk call again whose answer got lost, whatever it did."""
    patch.setattr(bulk_run, "what_is_left", lambda *_: Left.ALL)


PLANTED: Final[dict[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "no baseline of job ids": no_baseline,
    "no fence": no_fence,
    "no nonce read-back": no_read_back,
    "no slot check": no_slot_check,
    "outbox marked before send": marked_before_sent,
    "no look after a lost answer": no_look_after_a_lost_answer,
}
