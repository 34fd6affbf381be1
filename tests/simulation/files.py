"""Small device files of every sort."""

import json
from random import Random
from typing import Final

from tests.simulation.registry import FULL, TAKEN
from tests.simulation.world import DEVICE_KEY


def line(device_id: str) -> bytes:
    """Return a good line with a key in it."""
    keys = {"primaryKey": DEVICE_KEY, "secondaryKey": DEVICE_KEY}
    authentication = {"type": "sas", "symmetricKey": keys}
    members = {"id": device_id, "importMode": "create", "authentication": authentication}
    return json.dumps(members).encode() + b"\n"


def good(name: str) -> bytes:
    """Return a file without a mistake."""
    return line(f"{name}-1") + line(f"{name}-2")


def mixed(name: str) -> bytes:
    """Return a file with lines that are good, bad and blank, and one that the hub refuses."""
    bad = f'{{"id": "{name}-0", "colour": "{DEVICE_KEY}"}}\n'.encode()
    return line(f"{name}-1") + bad + b"\n" + line(f"{TAKEN}{name}")


def hopeless(_: str) -> bytes:
    """Return a file without a good line."""
    return b"rubbish\n{}\n"


def repeated(name: str) -> bytes:
    """Return a file that has a device twice: both lines are taken out again at the end."""
    return line(f"{name}-1") + line(f"{name}-2") + line(f"{name}-1")


def keyless(name: str) -> bytes:
    """Return a file with lines that do harm if they are applied twice: each makes new keys."""
    members = ({"id": f"{name}-1"}, {"id": f"{name}-2", "tags": {"line": 1}})
    return b"".join(json.dumps(line).encode() + b"\n" for line in members)


def crowded(name: str) -> bytes:
    """Return a file with devices for which a job has no room."""
    return line(f"{FULL}{name}-1") + line(f"{name}-2") + line(f"{FULL}{name}-3")


#: How often each sort of file is dropped.
_SORTS: Final = {good: 3, mixed: 3, repeated: 2, keyless: 2, crowded: 2, hopeless: 1}


def some_file(random: Random, name: str) -> bytes:
    """Return one of them; its devices are in no other file."""
    (sort,) = random.choices(list(_SORTS), list(_SORTS.values()))
    return sort(name)
