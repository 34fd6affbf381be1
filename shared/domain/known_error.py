"""What is known of one error of a service, and the words for what it asks for."""

from dataclasses import KW_ONLY, dataclass
from enum import Enum, auto


class Reaction(Enum):
    """What an error means for a call as a whole."""

    REFUSED = auto()  #: nothing was done, and the same call is refused again
    CREDENTIALS = auto()  #: nothing was done: the token is not taken
    BUSY = auto()  #: nothing was done: another job holds the hub's slot
    THROTTLED = auto()  #: nothing was done: too many calls
    STORAGE_NOT_READY = auto()  #: nothing was done: the hub could not use the container
    UNAVAILABLE = auto()  #: nothing was done: there is no hub, or it is moving
    UNKNOWN_OUTCOME = auto()  #: it may have been done


class Again(Enum):
    """Whether a line that failed so is worth another try as it stands."""

    NO = auto()  #: it fails again
    LATER = auto()  #: yes, for it was the hub's fault
    SINGLY = auto()  #: yes, by a call of its own and not by another job


@dataclass(frozen=True, slots=True)
class KnownError:
    """One error of the service."""

    name: str
    #: The first three digits are the status of an answer with it; None if it is not documented.
    number: int | None = None
    #: What the sender of a line can do; empty where the hub's own words tell more.
    advice: str = ""
    _: KW_ONLY
    reaction: Reaction
    again: Again = Again.NO
