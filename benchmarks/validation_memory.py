"""How much memory validating a device file takes, from blob to blob.

    python -m benchmarks.validation_memory            930,000 lines, 300 MB
    python -m benchmarks.validation_memory --quick    20,000 lines

The file is put into Azurite; a process of its own then runs the same use case as the blob trigger,
on the same adapters, and reports the most memory it ever had.
"""

import argparse
import json
import os
import subprocess
import sys

from azure.storage.blob import BlobServiceClient

from benchmarks.device_files import chunks, devices_with_keys
from emulators.azurite import serve


WORKER = """
import json, resource, time
from shared import bootstrap
start = time.perf_counter()
import_id = bootstrap.validate_device_file("device-files", "hub/devices.txt")
record = bootstrap.ports().records.get(import_id)
print(json.dumps({
    "lines": record.counts.total,
    "accepted": record.counts.accepted,
    "mb": record.source.size / 1e6,
    "seconds": time.perf_counter() - start,
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""
#: The hub is never called: validating needs only its name.
HUB = "HostName=none.azure-devices.net;SharedAccessKeyName=none;SharedAccessKey=bm9uZQ=="


def measure(lines: int) -> dict[str, float]:
    """Validate a file of so many lines; return sizes in MB, and seconds."""
    with serve() as azurite:
        connection = azurite.connection_string
        with BlobServiceClient.from_connection_string(connection) as storage:
            container = storage.create_container("device-files")
            container.upload_blob("hub/devices.txt", chunks(devices_with_keys(lines)))
        settings = {
            "DeviceFiles": connection,
            "Results": "unused",
            "IMPORT_TARGETS": '{"hub": {"connection": "Hub"}}',
            "Hub": HUB,
        }
        worker = subprocess.run(  # noqa: S603 - this interpreter, a program from this file
            [sys.executable, "-c", WORKER],
            env=os.environ | settings,
            check=True,
            stdout=subprocess.PIPE,
        )
    figures: dict[str, float] = json.loads(worker.stdout)
    return figures


def main() -> None:
    """Print one row of figures."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="20,000 lines instead of 930,000")
    figures = measure(20_000 if parser.parse_args().quick else 930_000)
    for name, value in figures.items():
        print(f"{name:>10} {value:12,.1f}")


if __name__ == "__main__":
    main()
