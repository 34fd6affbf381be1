"""Shows imports that are on their way, from their records."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from azure.core.exceptions import ResourceNotFoundError

from cli.connections import Connections


def active_imports(connections: Connections) -> Iterator[Mapping[str, Any]]:
    """Yield the record of every import that has not been put away yet."""
    container = connections.storage.get_container_client("state")
    try:
        for name in list(container.list_blob_names(name_starts_with="active/")):
            yield json.loads(container.download_blob(name).readall())
    except ResourceNotFoundError:
        return  # no container yet, or a record that was put away in between
