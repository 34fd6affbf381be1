"""Sends what a function put out, after it returned.

The rules are those of FunctionBinding.ReadAsEnumerable and BindAsyncCollectorAsync in the real
host: JSON is parsed and written anew, and an array becomes one message per element.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from emulators.functions_host.accounts import Accounts
from emulators.functions_host.bindings import outputs_of
from emulators.functions_host.message_queue import Encoding
from emulators.functions_host.protos import TypedData
from emulators.functions_host.worker import Binding


#: Utility.IsJson: only the ends of the text are looked at.
LIKE_JSON: Final = re.compile(r"\s*(\{.*\}|\[.*\])\s*", re.DOTALL)


class OutputRejected(Exception):
    """What the function put out cannot be sent; the invocation fails."""


class Outputs:
    """Writes to the queues that output bindings name."""

    def __init__(self, accounts: Accounts, encoding: Encoding) -> None:
        self._accounts = accounts
        self._encoding = encoding

    async def send(self, bindings: list[Binding], outputs: Mapping[str, TypedData]) -> None:
        """Send all outputs that were set; raises OutputRejected or AzureError."""
        for binding in outputs_of(bindings):
            if data := outputs.get(binding["name"]):
                await self._send_to(binding, messages(data))

    async def _send_to(self, binding: Binding, contents: Iterable[bytes]) -> None:
        queue = self._accounts.queue(binding.get("connection"), binding["queueName"])
        for content in contents:
            await queue.send(self._encoded(content, queue.name))

    def _encoded(self, content: bytes, queue: str) -> str:
        try:
            return self._encoding.encode(content)
        except ValueError as error:
            message = f"a message for queue {queue} is not text, and host.json has no base64"
            raise OutputRejected(message) from error


def messages(data: TypedData) -> Iterator[bytes]:
    """Yield the messages that one output stands for; raises OutputRejected."""
    if data.kind == "bytes":
        yield data.value
    else:
        value = _parsed(data)
        for item in value if isinstance(value, list) else [value]:
            yield _text(item).encode()


def _parsed(data: TypedData) -> Any:
    if data.kind != "json" and not (data.kind == "string" and LIKE_JSON.fullmatch(data.value)):
        return data.value
    try:
        return json.loads(data.value)
    except ValueError as error:
        message = f"an output looks like JSON and is not: {error}"
        raise OutputRejected(message) from error


def _text(item: Any) -> str:
    match item:
        case dict() | list():
            return json.dumps(item, indent=2, ensure_ascii=False)
        case None:
            return ""
        case _:
            return str(item)
