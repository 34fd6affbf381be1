"""Ways to validate the same device file, from blob to blob.

Each module has one `run(container, name)`: it reads the blob and writes what it can into the
container `work`. Where the storage is says the setting `DeviceFiles`, as for the app.
"""

from collections.abc import Mapping
from typing import Final


#: What each contender is, in the order of the table.
BLOB_CONTENDERS: Final[Mapping[str, str]] = {
    "copy": "the app's own adapters without any validation: the limit",
    "naive": "SDK's defaults, line by line, uploads at the end",
    "ours": "the function of the app, its record included",
}
