"""Where a dropped file belongs: the first folder of its path names the target."""

from collections.abc import Collection

from shared.domain.import_record import Reason


def choose_target(name: str, aliases: Collection[str], default: str | None) -> str | Reason:
    """Return the alias of the target, or why there is none.

    A file in no folder goes to the default target. A folder that is no alias is refused rather
    than sent to the default: a misspelled name must not fill the wrong hub.

    Args:
        name: Path of the blob inside its container.
        aliases: The configured targets.
        default: The alias for files in no folder, if there is one.
    """
    folder, slash, _ = name.partition("/")
    if slash and folder in aliases:
        return folder
    known = ", ".join(sorted(aliases))
    if slash:
        return Reason(code="unknown_target", text=f"no target has this folder's name; use {known}")
    if default:
        return default
    return Reason(code="no_target", text=f"put the file into a folder named {known}")
