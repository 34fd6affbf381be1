"""Starts the services in order, wires them by settings, watches them and stops them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import Any, Final
from urllib.parse import urlsplit

from azure.storage.blob import BlobServiceClient

from emulators.stack.app_settings import HUBS, Addresses, Pace, local_settings
from emulators.stack.service import ROOT, Service, Show


#: The settings of the stack that runs, for the command line and for people.
SETTINGS_FILE: Final = "local.settings.json"


@dataclass
class RunningStack:
    """All services, ready."""

    #: The folder with the settings file, the certificates and the data of this run.
    folder: Path
    #: App settings by name.
    settings: Mapping[str, str]
    hubs: Mapping[str, Mapping[str, str]]
    #: Where Resource Manager is for these hubs: `base_url`, `subscription`, `resource_group`. The
    #: setting HUB_CA_FILE names whom to trust for it.
    management: Mapping[str, str]
    #: Address of the Service Bus emulator's test controls.
    bus_control: str
    #: What stands for https://graph.microsoft.com, and the authority to trust for it.
    graph: str
    graph_ca_file: str
    pace: Pace
    show: Show
    services: dict[str, Service] = field(default_factory=dict)

    @property
    def settings_file(self) -> Path:
        """The app settings as a file."""
        return self.folder / SETTINGS_FILE

    def start_functions_host(self) -> Service:
        """Start the Functions host, or start it again after it was killed."""
        arguments = [
            *("--app", str(ROOT)),
            *("--settings", str(self.settings_file)),
            *("--scan-seconds", str(self.pace.scan)),
            *("--hidden-seconds", str(self.pace.hidden)),
        ]
        host = Service("functions_host", arguments, self.show)
        self.services[host.name] = host
        host.ready()
        return host

    def stop_functions_host(self) -> None:
        """Stop the Functions host that runs now."""
        self.services["functions_host"].stop()

    def wait(self, stop: Event) -> None:
        """Wait until `stop` is set.

        Raises:
            ServiceDied: One of the services ended by itself.
        """
        while not stop.wait(0.5):
            for service in self.services.values():
                if not service.is_alive:
                    raise service.death()


@contextmanager
def running(
    folder: Path, pace: Pace, show: Show, hub_options: Sequence[str] = ()
) -> Iterator[RunningStack]:
    """Run the whole stack until the block ends.

    Args:
        folder: Where this run keeps its files; made if it is not there.
        pace: How fast things happen.
        show: Gets every line that a service logs.
        hub_options: More options of the IoT Hub emulator, such as `--tier S1 --units 2`.

    Raises:
        ServiceDied: A service could not start.
    """
    folder = folder.resolve()  # the services need not start in the same folder
    folder.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stop:
        services = {
            name: _start(stop, name, arguments, show)
            for name, arguments in _commands(folder, pace, hub_options).items()
        }
        said = {name: service.ready() for name, service in services.items()}
        settings = _write_settings(folder, said, pace)
        stack = RunningStack(
            folder=folder,
            settings=settings["Values"],
            hubs=said["iot_hub"]["hubs"],
            management=said["iot_hub"]["management"],
            bus_control=said["service_bus"]["control"],
            graph=said["graph"]["base_url"],
            graph_ca_file=said["graph"]["ca_file"],
            pace=pace,
            show=show,
            services=services,
        )
        stack.start_functions_host()
        stop.callback(stack.stop_functions_host)
        yield stack


def _commands(folder: Path, pace: Pace, hub_options: Sequence[str]) -> Mapping[str, Sequence[str]]:
    hubs = [word for alias in HUBS for word in ("--hub", alias)]
    certificates = ("--certs", str(folder / "certificates"))
    job_seconds = ("--job-seconds", str(pace.job))
    return {
        "azurite": ["--location", str(folder / "azurite")],
        "service_bus": [],
        "iot_hub": [*hubs, *certificates, *job_seconds, "--system-identity", *hub_options],
        "graph": ["--certs", str(folder / "graph-certificates")],
    }


def _start(stop: ExitStack, name: str, arguments: Sequence[str], show: Show) -> Service:
    service = Service(name, arguments, show)
    stop.callback(service.stop)
    return service


def _write_settings(
    folder: Path, said: Mapping[str, Mapping[str, Any]], pace: Pace
) -> Mapping[str, Any]:
    """Write the settings file and make the container that people drop files into."""
    storage = said["azurite"]["connection_string"]
    addresses = Addresses(
        storage=storage,
        bus=said["service_bus"]["connection_string"],
        hubs=said["iot_hub"]["hubs"],
        graph=urlsplit(said["graph"]["base_url"]).netloc,
        ca_file=str(_write_authorities(folder, said)),
    )
    settings = local_settings(addresses, pace)
    (folder / SETTINGS_FILE).write_text(json.dumps(settings, indent=2) + "\n")
    with BlobServiceClient.from_connection_string(storage) as client:
        container = client.get_container_client("device-files")
        if not container.exists():
            container.create_container()
    return settings


def _write_authorities(folder: Path, said: Mapping[str, Mapping[str, Any]]) -> Path:
    """Write one file with the authorities of all services that have a certificate."""
    file = folder / "authorities.pem"
    files = (Path(said[name]["ca_file"]) for name in ("iot_hub", "graph"))
    file.write_bytes(b"".join(one.read_bytes() for one in files))
    return file
