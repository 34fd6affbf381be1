"""Tells from what Intune has afterwards what became of an identifier.

What the import itself says of one does not tell it: `status` is false for an identity that was
taken (microsoft-graph-docs#14035, microsoft-graph-docs-contrib#3057).
"""

from collections.abc import Iterable, Mapping
from typing import Any, Final, NamedTuple

from shared.domain.corporate_identifier import DESCRIPTION, IDENTIFIER, TYPE, known_as


type Identity = Mapping[str, Any]
#: Identities by type and identifier, however they are spelled.
type Known = Mapping[tuple[str, str], Identity]


class Verdict(NamedTuple):
    """What is to be told of an identifier."""

    code: str
    message: str
    applied: bool = False


MISSING: Final = Verdict(
    "NotImported", "Intune took the call and does not have the identifier; drop the line again"
)
#: What to say of other details, by whether they were to be overwritten.
_OTHER_DETAILS: Final = {
    False: Verdict(
        "AlreadyExists",
        "Intune had the identifier already, and its details were left as they are; "
        "a target with overwrite replaces them",
        applied=True,
    ),
    True: Verdict(
        "OtherDetails",
        "Intune has the identifier, and shows other details than those that were sent",
        applied=True,
    ),
}


def known(identities: Iterable[Identity]) -> Known:
    """Return identities so that each can be looked up."""
    return {_key(identity): identity for identity in identities}


def verdict_on(item: Identity, existing: Known, *, overwrite: bool) -> Verdict | None:
    """Return what is to be told of an identifier that was imported; None if all is well.

    Args:
        item: What was sent.
        existing: What Intune has now.
        overwrite: Whether existing identities were to be overwritten.
    """
    found = existing.get(_key(item))
    if found is None:
        return MISSING
    return None if _shows_details_of(item, found) else _OTHER_DETAILS[overwrite]


def is_done(item: Identity, existing: Known, *, overwrite: bool) -> bool:
    """Tell whether nothing is left to send for an identifier."""
    found = existing.get(_key(item))
    return found is not None and (not overwrite or _shows_details_of(item, found))


def _key(identity: Identity) -> tuple[str, str]:
    kind = str(identity[TYPE])
    return kind, known_as(kind, str(identity[IDENTIFIER]))


def _shows_details_of(item: Identity, found: Identity) -> bool:
    """Compare what people wrote; a platform may be ignored (microsoft-graph-docs#14035)."""
    wanted, shown = ((one.get(DESCRIPTION) or "").strip() for one in (item, found))
    return not wanted or wanted == shown
