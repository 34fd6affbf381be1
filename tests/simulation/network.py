"""What becomes of calls between the app and the services."""

from collections.abc import Callable
from enum import Enum
from functools import partial

from azure.core.exceptions import (
    HttpResponseError,
    ResourceExistsError,
    ResourceModifiedError,
    ResourceNotFoundError,
    ServiceResponseError,
)


class Fate(Enum):
    """What becomes of one call."""

    ARRIVES = "arrives"
    #: It is done, and the SDK gives up waiting for the answer.
    LOST = "answer lost"
    #: It is done, the answer is lost, and the SDK repeats the call.
    REPEATED = "repeated by the SDK"
    #: The service answers that it cannot; nothing is done.
    REFUSED = "refused with 503"
    #: The service answers that there are too many calls; nothing is done.
    THROTTLED = "refused with 429"
    #: The SDK gives up waiting, and only afterwards it is done.
    LATE = "arrives late"


class Network:
    """Carries the next call; storage and bus are reached the same way."""

    def __init__(self) -> None:
        self.fate = Fate.ARRIVES
        #: By how many seconds what `GET /jobs` shows is old.
        self.stale = 0.0
        #: After how many seconds a late call arrives.
        self.delay = 0.0

    def next_fate(self) -> Fate:
        """Return what becomes of this call; the one after arrives."""
        fate, self.fate = self.fate, Fate.ARRIVES
        return fate

    def to_storage[T](self, call: Callable[[], T]) -> T:
        """Have storage do something, as its SDK would.

        Raises:
            AzureError: What the SDK raises then.
        """
        fate = self.next_fate()
        if fate in {Fate.REFUSED, Fate.THROTTLED}:
            raise server_busy()
        answer = call()
        if fate in {Fate.LOST, Fate.LATE}:
            raise no_answer()
        return call() if fate is Fate.REPEATED else answer


def no_answer() -> ServiceResponseError:
    """Return the error of a call whose answer did not come."""
    return ServiceResponseError("no answer")


def storage_error[E: HttpResponseError](kind: type[E], status: int, code: str) -> E:
    """Return an error as the SDK of storage makes it of an answer."""
    error = kind(code)
    error.status_code = status
    error.error_code = code  # type: ignore[attr-defined] # as the SDK does
    return error


server_busy = partial(storage_error, HttpResponseError, 503, "ServerBusy")
no_container = partial(storage_error, ResourceNotFoundError, 404, "ContainerNotFound")
no_blob = partial(storage_error, ResourceNotFoundError, 404, "BlobNotFound")
container_exists = partial(storage_error, ResourceExistsError, 409, "ContainerAlreadyExists")
blob_exists = partial(storage_error, ResourceExistsError, 409, "BlobAlreadyExists")
changed = partial(storage_error, ResourceModifiedError, 412, "ConditionNotMet")
invalid_blocks = partial(storage_error, HttpResponseError, 400, "InvalidBlockList")
invalid_range = partial(storage_error, HttpResponseError, 416, "InvalidRange")
