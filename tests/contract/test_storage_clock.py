from typing import Any

from azure.core.exceptions import ResourceNotFoundError
from azure.storage.blob import BlobServiceClient

from emulators.azurite import RunningAzurite
from shared.adapters.storage_clock import StorageClock
from tests.fakes.clock import NEW_YEAR, FakeClock


def test_a_wrong_clock_is_put_right_by_any_answer(azurite: RunningAzurite):
    """By one that is an error, too: two machines with wrong clocks agree after one call each."""
    fast, slow = FakeClock(NEW_YEAR), FakeClock(NEW_YEAR)
    slow.move(days=-1)
    clocks = [StorageClock(fast), StorageClock(slow)]
    said: list[Any] = []
    for clock in clocks:
        where = azurite.connection_string
        with BlobServiceClient.from_connection_string(
            where, raw_response_hook=lambda answer, clock=clock: said.append(clock.hear(answer))
        ) as client:
            try:
                client.get_blob_client("no-such-container", "x").get_blob_properties()
            except ResourceNotFoundError:
                continue
    assert len(said) == 2
    one, other = (clock.now() for clock in clocks)
    assert one > NEW_YEAR
    assert abs((one - other).total_seconds()) < 60
