"""Clients for the storage accounts that bindings name."""

from collections.abc import Mapping
from functools import cache
from typing import Final

from azure.storage.blob import BlobServiceClient, LinearRetry
from azure.storage.queue import QueueServiceClient

from emulators.functions_host.bindings import connection_string
from emulators.functions_host.message_queue import MessageQueue


#: Seconds and times: storage is next door, and whoever asked will ask again.
RETRY: Final = LinearRetry(backoff=1, retry_total=2, random_jitter_range=0)


class Accounts:
    """Hands out clients by the name of a connection; each is made once and kept."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = environ
        self._blob_service = cache(_blob_service)
        self._queue_service = cache(_queue_service)
        self._queue = cache(self._new_queue)

    def blobs(self, connection: str | None) -> BlobServiceClient:
        """Return the blobs of the account; raises BindingRejected if there is none."""
        return self._blob_service(connection_string(connection, self._environ))

    def queue(self, connection: str | None, name: str) -> MessageQueue:
        """Return a queue of the account. The real host too takes its name in lower case."""
        return self._queue(connection_string(connection, self._environ), name.lower())

    def _new_queue(self, account: str, name: str) -> MessageQueue:
        return MessageQueue(self._queue_service(account).get_queue_client(name))


def _blob_service(account: str) -> BlobServiceClient:
    return BlobServiceClient.from_connection_string(account, retry_policy=RETRY)


def _queue_service(account: str) -> QueueServiceClient:
    return QueueServiceClient.from_connection_string(account, retry_policy=RETRY)
