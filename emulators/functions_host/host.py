"""Runs an app: indexes it, reaches its storage, and listens for all its triggers at once."""

import asyncio
import hashlib
import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Final, Self

from emulators.functions_host.accounts import Accounts
from emulators.functions_host.bindings import is_disabled, resolve
from emulators.functions_host.invoker import Invoker
from emulators.functions_host.listeners import Listener, Listeners, Pace
from emulators.functions_host.message_queue import ENCODINGS
from emulators.functions_host.outputs import Outputs
from emulators.functions_host.settings import read_host_options
from emulators.functions_host.worker import Worker, trigger_of


log = logging.getLogger(__name__)

#: Calls to storage at a time; functions run in threads of their own.
STORAGE_THREADS: Final = 32


class Host:
    """An app that is ready to be triggered."""

    def __init__(self, triggers: Mapping[str, str], listeners: Sequence[Listener]) -> None:
        #: The type of each function's trigger.
        self.triggers = triggers
        self._listeners = listeners

    @classmethod
    async def start(cls, app_dir: Path, environ: Mapping[str, str], pace: Pace) -> Self:
        """Get an app ready.

        Raises AppFailed, SettingsRejected or BindingRejected for what the app says, and AzureError
        when its storage cannot be reached.
        """
        asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(STORAGE_THREADS))
        options = read_host_options(app_dir / "host.json", environ)
        worker = await Worker(app_dir).start()
        bindings = resolve(worker.functions, environ)
        triggers = {
            name: trigger_of(bound)
            for name, bound in bindings.items()
            if not is_disabled(name, environ)
        }
        accounts = Accounts(environ)
        encoding = ENCODINGS[options.extensions.queues.message_encoding]
        invoker = Invoker(worker, bindings, Outputs(accounts, encoding))
        listeners = Listeners(accounts, options, pace, host_id(app_dir, environ), invoker)
        return cls(
            {name: trigger["type"] for name, trigger in triggers.items()},
            await listeners.build(triggers),
        )

    async def run(self, stop: asyncio.Event, grace: timedelta) -> None:
        """Listen until told to stop, then leave running functions that long to end."""
        listening = asyncio.create_task(self._listen(stop))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({listening, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        ended, _ = await asyncio.wait({listening}, timeout=grace.total_seconds())
        if ended:
            await listening  # Raises what ended it, if it was not the stop.
        else:
            listening.cancel()
            log.warning("functions were still running; their messages come back by themselves")

    async def _listen(self, stop: asyncio.Event) -> None:
        async with asyncio.TaskGroup() as group:
            for listener in self._listeners:
                group.create_task(listener.run(stop))


def host_id(app_dir: Path, environ: Mapping[str, str]) -> str:
    """Return the name that tells this app's records from another's in the same account."""
    path = str(app_dir.resolve()).encode()
    default = f"local-{hashlib.sha256(path).hexdigest()[:16]}"
    return environ.get("AzureFunctionsWebHost__hostid", default)
