"""What workers do that race: threads of this process, or processes of their own."""

from threading import local
from typing import Any

from shared.azure_ports import AzurePorts
from shared.domain.errors import TryAgain
from shared.settings import Settings
from shared.use_cases.poll_import_jobs import poll_import_jobs
from shared.use_cases.start_import_job import start_import_job
from tests.kills.lane import hang_up


#: The order to poll, in place of a ticket.
POLL = ""
_worker = local()


def get_ready(settings: Settings, barrier: Any) -> None:
    """Give a worker clients of its own.

    Args:
        settings: The app settings.
        barrier: Lets all workers go at once, each with one order.
    """
    _worker.ports, _worker.settings = AzurePorts(settings), settings
    _worker.barrier = barrier


def leave(_: int) -> None:
    """Wait for the others and hang up."""
    _worker.barrier.wait()
    hang_up(_worker.ports)


def race(ticket: str) -> None:
    """Wait for the others; then start an import, or poll if that is the order."""
    _worker.barrier.wait()
    patience = _worker.settings.start_patience
    try:
        if ticket == POLL:
            poll_import_jobs(_worker.ports, patience)
        else:
            start_import_job(_worker.ports, ticket, patience)
    except TryAgain:
        # Another one was faster. The host would deliver the ticket again, and others have it too.
        return
