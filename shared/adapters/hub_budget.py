"""The budget of a hub's registry operations, shared by all that this app does there."""

from datetime import timedelta
from typing import Final

from shared.adapters.blob_documents import BlobDocuments
from shared.domain.budget import Budget
from shared.domain.errors import Conflict
from shared.ports import Clock


#: What a throttling hub says: "Wait 10 seconds and try again."
WAIT: Final = timedelta(seconds=10)
#: Times that others may come first.
TRIES: Final = 8


class HubBudget:
    """A small document in the container `state`, written by compare-and-swap.

    Args:
        documents: The container.
        clock: Tells the time.
        host: The hub.
        rate: Operations that it takes a minute.
    """

    def __init__(self, documents: BlobDocuments, clock: Clock, host: str, rate: int) -> None:
        self._documents = documents
        self._clock = clock
        self._path = f"budgets/{host.replace(':', '-')}.json"
        self.rate = rate

    def take(self, most: int, least: int = 1) -> int:
        """Take up to `most` operations; return how many, which is 0 if `least` are not left.

        Raises:
            Conflict: Others always came first.
        """
        for _ in range(TRIES):
            budget, version = self._read()
            changed, count = budget.take(self._clock.now(), self.rate, most, least)
            if not count or self._write(changed, version):
                return count
        raise Conflict(self._path)

    def close(self) -> None:
        """Take nothing for a while: the hub throttles, because somebody else uses it too.

        Raises:
            Conflict: Others always came first.
        """
        for _ in range(TRIES):
            budget, version = self._read()
            if self._write(budget.closed(self._clock.now(), WAIT), version):
                return
        raise Conflict(self._path)

    def _read(self) -> tuple[Budget, str | None]:
        document = self._documents.read(self._path)
        if document is None:
            return Budget(), None
        return Budget.model_validate(document.body), document.version

    def _write(self, budget: Budget, version: str | None) -> bool:
        body = budget.model_dump(mode="json")
        try:
            if version:
                self._documents.replace(self._path, body, version)
            else:
                self._documents.create(self._path, body)
        except Conflict:
            return False
        return True
