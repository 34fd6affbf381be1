import re

from hypothesis import given
from hypothesis import strategies as st

from shared.domain.import_record import ImportRecord, import_id
from shared.domain.lifecycle import State
from tests.builders import a_record
from tests.fakes.clock import NEW_YEAR


names = st.text(min_size=1, max_size=50)


@given(names, names, names, names)
def test_an_import_id_is_safe_anywhere(account: str, container: str, name: str, etag: str):
    """26 letters and digits, whatever the blob is called."""
    assert re.fullmatch("[a-z2-7]{26}", import_id(account, container, name, etag))


@given(names, names)
def test_another_version_is_another_import(etag: str, other: str):
    """The ETag tells versions apart; its quotes do not."""
    same = import_id("a", "c", "n", etag) == import_id("a", "c", "n", other)
    assert same == (etag.strip('"') == other.strip('"'))
    assert import_id("a", "c", "n", f'"{etag}"') == import_id("a", "c", "n", etag)


def test_a_record_survives_its_document():
    """What is written is what is read, but for the version it was read in."""
    record = a_record(version="v1").advance(State.VALIDATED, NEW_YEAR)
    record = record.amend(**record.with_event("x", NEW_YEAR, {"n": 1}))
    assert ImportRecord.model_validate_json(record.model_dump_json()) == record.model_copy(
        update={"version": None}
    )


def test_a_document_does_not_hold_the_version():
    """The stored version is storage's business."""
    assert "version" not in a_record(version="v1").model_dump()


def test_the_wait_doubles_up_to_a_quarter_of_an_hour():
    """15 s, 30 s, 60 s … 15 min."""
    waits = [a_record(tries=tries).back_off().total_seconds() for tries in (0, 1, 2, 6, 50)]
    assert waits == [15, 30, 60, 900, 900]


def test_events_are_numbered_without_gaps():
    """The sequence number makes the message id."""
    record = a_record()
    for _ in range(3):
        record = record.amend(**record.with_event("x", NEW_YEAR, {}))
    assert [event.seq for event in record.outbox] == [1, 2, 3]
    assert record.unsent == record.outbox
    assert record.sent(NEW_YEAR).unsent == ()
