"""The library face of the worker, each time in a process of its own: one process holds one app."""

import json
import subprocess
import sys
from textwrap import dedent, indent

from tests.emulators.functions_host.running import APPS


def in_worker(app, code):
    """Run code that has `worker` for an app, and return what it returns."""
    script = f"""
import asyncio, json
from pathlib import Path
from emulators.functions_host.blob_data import reference
from emulators.functions_host.protos import TypedData
from emulators.functions_host.worker import AppFailed, Worker

async def main():
    worker = await Worker(Path({str(APPS / app)!r})).start()
{indent(dedent(code), "    ")}
print(json.dumps(asyncio.run(main())))
"""
    run = subprocess.run(  # noqa: S603 - our own command line
        [sys.executable, "-W", "error", "-c", script], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)


def test_functions_are_listed_with_their_raw_bindings():
    """As the real worker hands them to the host: settings are not put in yet."""
    functions = in_worker("chain", "return worker.functions")
    assert functions["take_reference"] == [
        {
            "direction": "OUT",
            "type": "queue",
            "name": "seen",
            "queueName": "%TEST%-references",
            "connection": "Files",
            "properties": {"SupportsDeferredBinding": False},
        },
        {
            "direction": "IN",
            "type": "blobTrigger",
            "name": "blob",
            "path": "%TEST%-files/{name}",
            "connection": "Files",
            "source": "EventGrid",
            "properties": {"SupportsDeferredBinding": True},
        },
    ]


def test_a_function_that_returns_is_ok_and_has_outputs():
    """Outputs come by the name of their parameter."""
    code = """
    message = TypedData(string="a" + chr(10) + "b")
    ended = await worker.invoke("fan_out", message)
    return ended.ok, ended.error, ended.outputs["lines"].value, ended.outputs["raw"].kind
    """
    assert in_worker("chain", code) == [True, None, '["a", "b"]', "bytes"]


def test_a_function_that_raises_is_not_ok():
    """Type and text of the exception are there, and where it came from."""
    code = """
    ended = await worker.invoke("work", TypedData(string="fail"))
    return ended.ok, ended.error, "function_app.py" in ended.stack_trace, dict(ended.outputs)
    """
    error = "ValueError: told to fail, try None"
    assert in_worker("work", code) == [False, error, True, {}]


def test_a_reference_reaches_a_function_of_an_sdk_type():
    """What other tests need to invoke such a function without storage."""
    code = """
    ended = await worker.invoke(
        "take_reference",
        reference("Files", "drop", "a.csv"),
        {"BlobTrigger": TypedData(string="drop/a.csv")},
    )
    return json.loads(ended.outputs["seen"].value)["BlobName"]
    """
    assert in_worker("chain", code) == "a.csv"


def test_an_app_can_be_indexed_again():
    """A test session may do so, and may look at the app in other ways before and after."""
    code = """
    import function_app
    names = [function.get_function_name() for function in function_app.app.get_functions()]
    again = await Worker(worker.app_dir).start()
    import function_app as same
    assert again.functions == worker.functions
    assert list(again.functions) == names
    return same is function_app
    """
    assert in_worker("work", code) is True


def test_an_app_without_function_app_py_fails(tmp_path):
    """The file is named."""
    code = f"""
    try:
        await Worker(Path({str(tmp_path)!r})).start()
    except AppFailed as error:
        return str(error)
    """
    assert in_worker("work", code) == f"no functions found in {tmp_path / 'function_app.py'}"
