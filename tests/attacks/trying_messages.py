"""Gives generated messages to the functions that read queues."""

from contextlib import suppress

from shared.domain.errors import TryAgain
from shared.use_cases.bury_blob_event import bury_blob_event
from shared.use_cases.bury_cancel_request import bury_cancel_request
from shared.use_cases.bury_export_request import bury_export_request
from shared.use_cases.bury_start_ticket import bury_start_ticket
from tests.attacks.generated_messages import generate_message
from tests.builders import a_file, a_line
from tests.fakes.world import World


#: Messages that one app gets before a new one begins.
LIFE = 50


def try_messages(seed: int, first: int) -> World:
    """Deliver messages to an app that has one import; return the app.

    Raises:
        Exception: One did not end well. A note tells which.
    """
    world = World()
    import_id = world.drop("factory-a/x", a_file(a_line()))
    for case in range(first, first + LIFE):
        message = generate_message(seed, case, import_id)
        try:
            _deliver(world, case, message)
        except Exception as error:
            error.add_note(f"message {case} of {seed}: {message[:1000]!r}")
            raise
    return world


def _deliver(world: World, case: int, message: str) -> None:
    readers = (world.start, world.cancel, lambda text: world.export(text, f"message-{case}"))
    with suppress(TryAgain):
        readers[case % len(readers)](message)
    # Nothing may leave these: the host has no try left.
    bury_start_ticket(world, message)
    bury_export_request(world, f"message-{case}", message)
    bury_cancel_request(world, f"message-{case}", message)
    bury_blob_event(world, message, "factory-a")
