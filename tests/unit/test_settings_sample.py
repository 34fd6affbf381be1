"""The committed sample, the settings that are read, and the README must name the same."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

from azure.storage.blob import BlobServiceClient

from emulators.stack.app_settings import Addresses, Pace, local_settings
from shared.settings import Settings


ROOT = Path(__file__).parents[2]
SAMPLE = json.loads((ROOT / "local.settings.sample.json").read_text())["Values"]
#: Read by the host itself.
OF_THE_HOST = {
    *("AzureWebJobsStorage", "FUNCTIONS_WORKER_RUNTIME"),
    *("POLL_SCHEDULE", "RECONCILE_SCHEDULE"),
}
#: Read by azure-identity; of ours is only the look at it.
OF_AN_IDENTITY = {"AZURE_AUTHORITY_HOST"}
#: The connections of the sample's targets.
OF_THE_TARGETS = {
    "FactoryA",
    "Intune__graphHostName",
    "Intune__credential",
    "ResourceManager__managementHostName",
    "ResourceManager__credential",
}


def names_in_code() -> Iterator[str]:
    """Yield every text in the settings and the composition root that looks like a setting."""
    for name in ("settings", "bootstrap"):
        tree = ast.parse((ROOT / f"shared/{name}.py").read_text())
        texts = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
        yield from (str(t) for t in texts if re.fullmatch("[A-Z]+(_[A-Z]+)+", str(t)))


def test_the_sample_lists_every_setting():
    """What the code reads and what the sample shows are the same names."""
    connections = {"DeviceFiles", "Exchange", "Results"}
    names = {*names_in_code()} - OF_AN_IDENTITY
    assert {*names, *connections, *OF_THE_HOST, *OF_THE_TARGETS} == {*SAMPLE}


def test_the_sample_can_be_used_as_it_is():
    """Its values are well formed; only the hub is a stranger's."""
    settings = Settings.from_environ(SAMPLE)
    hosts = {alias: target.host for alias, target in settings.targets.items()}
    assert hosts == {
        "factory-a": "your-hub.azure-devices.net",
        "intune": "graph.microsoft.com",
        "factory-b": "management.azure.com",
    }
    with BlobServiceClient.from_connection_string(SAMPLE["DeviceFiles"]) as client:
        assert client.account_name == "devstoreaccount1"


def test_the_stack_sets_every_setting():
    """What `make up` prints differs from the sample in values only."""
    hubs = {"factory-a": {"connection_string": "x", "host": "localhost:2"}}
    addresses = Addresses(
        storage="s",
        bus="b",
        hubs=hubs,
        graph="localhost:1",
        management="localhost:3",
        resources="/subscriptions/",
        ca_file="ca.pem",
    )
    stack = local_settings(addresses, Pace())["Values"]
    assert stack.keys() == SAMPLE.keys()


def test_the_readme_explains_every_setting():
    """Each has a row in the table."""
    readme = (ROOT / "README.md").read_text()
    assert [name for name in SAMPLE if f"| `{name}` |" not in readme] == []


def test_the_sample_holds_no_secret():
    """Keys in it are published ones or say that they are none."""
    assert "SAS_KEY_VALUE" in SAMPLE["Results"]
    assert "eW91ciBrZXk=" in SAMPLE["FactoryA"]
