"""Runs each test that takes a `half` with both halves of the SDK, at the same time.

The SDK sleeps for a second over each link; one half after the other would take twice as long. The
two cannot meet: each has a namespace of its own, made from the CONFIG of the test's module. Open
already are a sender and a receiver for each of its QUEUES, and what its function `links` names.
"""

import inspect
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack
from threading import Thread
from typing import Any

import pytest

from emulators.service_bus.server import serve
from tests.emulators.service_bus.sdk import Half, Pair, aio_client, opened, sync_client


HALVES: list[Callable[..., AbstractContextManager[Any]]] = [sync_client, aio_client]


@pytest.fixture(scope="module")
def half(request):
    """Both halves; the test gets one at a time."""
    with ExitStack() as stack:
        halves = [_half(stack, make_client, request.module) for make_client in HALVES]
        stack.enter_context(opened(handler for half in halves for handler in half.handlers()))
        yield halves


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem):
    """Run a test once for each half."""
    halves = pyfuncitem.funcargs.get("half")
    if halves is None:
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}
    for run in [_start(pyfuncitem.obj, {**arguments, "half": half}) for half in halves]:
        run.result()
    return True


def _half(stack: ExitStack, make_client, module) -> Half:
    bus = stack.enter_context(serve(module.CONFIG))
    client = stack.enter_context(make_client(bus.connection_string, retry_total=0))
    return Half(
        bus=bus,
        client=client,
        another_client=make_client,
        queues={
            queue: Pair(client.get_queue_sender(queue), client.get_queue_receiver(queue))
            for queue in getattr(module, "QUEUES", ())
        },
        links=module.links(client) if hasattr(module, "links") else {},
    )


def _start(test: Callable[..., None], arguments: dict[str, object]) -> Future[None]:
    """Run a test in a thread that does not outlive a failing process."""
    future: Future[None] = Future()

    def run():
        try:
            test(**arguments)
            future.set_result(None)
        except BaseException as error:  # noqa: BLE001 - whatever it is, the main thread raises it
            future.set_exception(error)

    Thread(target=run, daemon=True).start()
    return future
