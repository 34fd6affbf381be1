"""Messages on the app's queues that begin as good ones and are then spoilt."""

import json
import random
from typing import Final

from tests.attacks.generated_files import spoilt


#: What the queues carry; `{id}` stands for the id of an import that there is.
_MESSAGES: Final = (
    "{id}",
    "a" * 26,
    "../done/2026/01/01/{id}",
    '{"target": "factory-a", "keys": true}',
    '{"target": "factory-a", "configurations": true, "keys": false}',
    '{"target": "nowhere", "\\ud800": 1}',
    '{"ContainerName": "device-files", "BlobName": "factory-a/x"}',
    '{"ContainerName": "device-files", "BlobName": "\\ud800", "ETag": "1"}',
    '{"ContainerName": "../work", "BlobName": "a\\u0000b"}',
    '{"ContainerName": 1, "BlobName": ["x"]}',
    json.dumps("[" * 500),
    "[" * 9000,
)


def generate_message(seed: int, case: int, import_id: str) -> str:
    """Return the message of a case, as the functions decode it; the same each time."""
    chance = random.Random(f"message-{seed}-{case}")  # noqa: S311 - it can be had again
    content = chance.choice(_MESSAGES).replace("{id}", import_id).encode()
    for _ in range(chance.choice((0, 0, 1, 2, 4))):
        content = spoilt(content, chance)
    return content.decode(errors="replace")
