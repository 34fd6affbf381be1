"""Looks errors of the IoT Hub service up, by name and by number.

Three places speak of errors. An answer that is no success carries the name, or only the number;
the result of a bulk call names what single devices failed with; `importErrors.log` has numbers.
The name decides and never the status alone: 403 stands for a busy slot, a full hub and a suspended
one.
"""

import re
from collections.abc import Mapping
from typing import Final

from shared.domain.hub_error_table import ERRORS
from shared.domain.known_error import Again, KnownError, Reaction


_BY_NUMBER: Final = {error.number: error for error in ERRORS.values() if error.number is not None}
_NUMBER: Final = re.compile("[0-9]{1,6}")

#: What a status means where no known name says more; else 3xx and 4xx refuse.
_BY_STATUS: Final[Mapping[int, Reaction]] = {
    401: Reaction.CREDENTIALS,
    404: Reaction.UNAVAILABLE,
    408: Reaction.UNKNOWN_OUTCOME,
    429: Reaction.THROTTLED,
    499: Reaction.UNKNOWN_OUTCOME,
}
_REFUSALS: Final = range(300, 500)


def known_error(code: str) -> KnownError | None:
    """Return the error with this name or number, None if there is none."""
    return ERRORS.get(code) or (_BY_NUMBER.get(int(code)) if _NUMBER.fullmatch(code) else None)


def reaction_to(code: str, status: int) -> Reaction:
    """Return what an answer that is no success asks for.

    Args:
        code: Name or number of the error. If it is not known, the status decides.
        status: Status of the answer.
    """
    if error := known_error(code):
        return error.reaction
    # A success that nobody promised, or 5xx: the call may have been heard.
    otherwise = Reaction.REFUSED if status in _REFUSALS else Reaction.UNKNOWN_OUTCOME
    return _BY_STATUS.get(status, otherwise)


def worth_another_try(code: str) -> Again:
    """Tell whether a line that failed with this name or number is worth another try.

    A number that is not known is judged by the status in its first three digits; a name that is
    not known is a refusal.
    """
    if error := known_error(code):
        return error.again
    status = int(code) // 1000 if _NUMBER.fullmatch(code) else 400
    passing = {Reaction.THROTTLED, Reaction.UNKNOWN_OUTCOME}
    return Again.LATER if reaction_to(code, status) in passing else Again.NO
