"""Every call to the world has a name, and a failpoint lets nothing but its watch through."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from azure.core import PipelineClient
from azure.servicebus import ServiceBusClient, ServiceBusSender
from azure.storage.blob import BlobClient, BlobServiceClient, ContainerClient

from shared.failpoints import failpoint, watched_by


SHARED = Path(__file__).parents[2] / "shared"
MODULES = sorted([*SHARED.glob("adapters/*.py"), SHARED / "azure_ports.py"])
CLIENTS = (
    *(BlobClient, BlobServiceClient, ContainerClient),
    *(PipelineClient, ServiceBusClient, ServiceBusSender),
)
#: What the clients do without a call.
AT_HOME = {"close", "format_url", "delete", "get", "patch", "post", "put", "head", "options"} | {
    name
    for client in CLIENTS
    for name in dir(client)
    if name.startswith(("get_", "from_"))
    and name.endswith(("_client", "_string", "_url", "_sender"))
}
CALLS = {
    name
    for client in CLIENTS
    for name in dir(client)
    if not name.startswith("_") and callable(getattr(client, name)) and name not in AT_HOME
}


def calls(node: ast.AST, naming: set[str], *, named: bool = False) -> Iterator[tuple[str, bool]]:
    """Yield the calls to clients below a node, and whether each stands in a failpoint."""
    if isinstance(node, ast.With):
        around = [item.context_expr for item in node.items]
        entered = {getattr(one.func, "id", "") for one in around if isinstance(one, ast.Call)}
        named = named or not naming.isdisjoint(entered)
    if isinstance(node, ast.Call) and getattr(node.func, "attr", "") in CALLS:
        yield ast.unparse(node.func), named
    for child in ast.iter_child_nodes(node):
        yield from calls(child, naming, named=named)


def calls_in(source: str) -> list[tuple[str, bool]]:
    """Return what of clients a module calls; what it makes of failpoints counts as one."""
    tree = ast.parse(source)
    made = {
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef)
        and "contextmanager" in map(ast.unparse, node.decorator_list)
        and "failpoint(" in ast.unparse(node)
    }
    return list(calls(tree, {"failpoint", *made}))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_every_call_to_a_service_stands_in_a_failpoint(path: Path):
    """The names of the calls are complete."""
    assert [name for name, named in calls_in(path.read_text()) if not named] == []


def test_there_are_calls_to_be_named():
    """The test before this one looks at something."""
    assert sum(len(calls_in(path.read_text())) for path in MODULES) >= 20


@pytest.mark.parametrize(
    "line",
    [
        "blob.upload_blob(b'')",
        "self._client.send_request(request)",
        "with storage_errors():\n    container.client.delete_blob(path)",
        "def _stage():\n    with failpoint('x'):\n        pass\n    blob.stage_block(0, b'')",
    ],
)
def test_a_call_without_a_name_is_found(line: str):
    """Whatever stands around it, only a failpoint is one."""
    assert [named for _, named in calls_in(line)] == [False]


def test_a_watch_sees_name_and_object_and_may_keep_the_call_from_being_made():
    """What it raises on the way in comes instead of the call; on the way out, after it."""
    seen = []

    @contextmanager
    def watch(name: str, about: str) -> Iterator[None]:
        seen.append(f"before {name} {about}")
        yield
        seen.append("after")
        raise ConnectionResetError

    with watched_by(watch), pytest.raises(ConnectionResetError), failpoint("document.read", "a"):
        seen.append("call")
    assert seen == ["before document.read a", "call", "after"]


def test_nobody_watches_when_the_watch_has_gone():
    """A failpoint is nothing then, and always the same nothing."""
    with watched_by(lambda *_: pytest.fail("it has gone")):
        pass
    assert failpoint("document.read") is failpoint("document.replace")
