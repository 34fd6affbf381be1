"""How the host starts, and what it refuses to start with."""

import json
import os
import socket
import subprocess

import pytest

from tests.emulators.functions_host.running import APPS, host_command, running_host


def refusal(app, settings, *options):
    """Return what the host says when it does not start."""
    run = subprocess.run(  # noqa: S603 - our own command line
        host_command(app, *options),
        env={**os.environ, **settings},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (run.stdout, run.returncode) == ("", 1)
    return run.stderr.splitlines()[-1].removeprefix("The host cannot run the app: ")


def test_an_app_that_the_worker_refuses_does_not_start(storage):
    """The worker's own words are passed on."""
    assert refusal("broken", storage.settings) == (
        "FunctionLoadError: cannot load the work function: the following parameters are declared "
        "in Python but not in the function definition (function.json or function decorators):  "
        "{'surplus'}"
    )


def test_an_app_without_functions_does_not_start(storage):
    """As in Azure, where it says that no functions were found."""
    assert refusal("empty", storage.settings).startswith("no functions found in ")


def test_a_folder_without_app_does_not_start(storage, tmp_path):
    """The missing host.json is named."""
    assert refusal(tmp_path, storage.settings).startswith(f"{tmp_path}/host.json cannot be read")


def test_a_binding_that_is_not_here_is_refused(storage):
    """Better than a function that never runs."""
    assert refusal("http", storage.settings) == (
        "function status: the local host has no binding httpTrigger IN"
    )


def test_a_setting_that_is_missing_is_named(storage):
    """In the words of the real host."""
    settings = {name: text for name, text in storage.settings.items() if name != "TEST"}
    assert refusal("work", settings) == "function work: '%TEST%' does not resolve to a value"


def test_an_identity_based_connection_is_refused(storage):
    """Azurite takes identities over HTTPS only; here it is connection strings."""
    settings = {name: text for name, text in storage.settings.items() if name != "Files"}
    settings["Files__accountName"] = "somewhere"
    assert refusal("work", settings) == (
        "connection Files is identity-based; the local host takes connection strings"
    )


def test_a_schedule_that_is_none_is_refused(storage):
    """The function is named, and the field."""
    assert refusal("timers", storage.settings | {"SCHEDULE": "0 0 24 * * *"}) == (
        "function sometimes: '24' is not a valid hour field: 24 is not between 0 and 23"
    )


def test_storage_that_is_not_there_is_reported(storage):
    """One line, not a stack trace."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/devstoreaccount1"
    nowhere = f"AccountName=devstoreaccount1;AccountKey=eA==;BlobEndpoint={address}"
    assert "Connection refused" in refusal(
        "timers", storage.settings | {"AzureWebJobsStorage": nowhere, "SCHEDULE": "00:01:00"}
    )


def test_app_settings_come_from_a_file_and_the_environment_goes_first(storage, tmp_path):
    """As with Core Tools."""
    settings = tmp_path / "local.settings.json"
    values = storage.settings | {"TEST": "somewhere-else"}
    settings.write_text(json.dumps({"IsEncrypted": False, "Values": values}))
    environ = {"TEST": storage.name}
    with running_host("work", environ, "--settings", str(settings)) as host:
        storage.queue("work").send_message("c29tZXRoaW5n")
        host.wait_for("worked on something")


def test_a_function_can_be_switched_off(storage):
    """With the app setting that Azure has for it."""
    off = {"AzureWebJobs.open_blob.Disabled": "true"}
    with running_host("work", storage.settings | off) as host:
        assert host.ready == {"functions": {"work": "queueTrigger"}}


@pytest.mark.parametrize(
    "app", [path.name for path in APPS.iterdir() if (path / "host.json").exists()]
)
def test_no_app_folder_gets_written_to(app):
    """The host keeps nothing on disk."""
    assert {path.name for path in (APPS / app).iterdir()} <= {
        "__init__.py",
        "__pycache__",
        "function_app.py",
        "host.json",
    }
