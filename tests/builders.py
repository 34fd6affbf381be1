"""Valid things with one call; a test names only what it is about."""

import json
from typing import Any

from shared.domain.import_record import ImportRecord, Source, import_id
from tests.fakes.clock import NEW_YEAR


def a_line(device_id: str = "d1", **members: Any) -> bytes:
    """Return a line of a device file that is good as it stands."""
    return json.dumps({"id": device_id, "status": "enabled", **members}).encode()


def a_file(*lines: bytes) -> bytes:
    """Return a device file of these lines."""
    return b"".join(line + b"\n" for line in lines)


def a_source(name: str = "factory-a/devices.txt", **changes: Any) -> Source:
    """Return a version of a dropped file."""
    fresh = {
        "account": "fake",
        "container": "device-files",
        "name": name,
        "etag": '"0x1"',
        "size": 100,
        "last_modified": NEW_YEAR,
    }
    return Source.model_validate(fresh | changes)


def a_record(**changes: Any) -> ImportRecord:
    """Return a record of an import that was just noticed."""
    source = changes.pop("source", None) or a_source()
    fresh = {
        "id": import_id(source.account, source.container, source.name, source.etag),
        "since": NEW_YEAR,
        "received_at": NEW_YEAR,
        "source": source,
        "target": "factory-a",
        "slot": "hub-a",
    }
    return ImportRecord.model_validate(fresh | changes)
