"""Ways to validate the same device file, from file to file.

Each module has one `run(source, folder)`: it reads the file as a stream, writes what it can into
the folder, and returns its counts.
"""

from collections.abc import Mapping
from typing import Final


#: What each contender cannot say about a mistake, in the order of the table.
CONTENDERS: Final[Mapping[str, str]] = {
    "orjson": "only whether a line is JSON",
    "naive": "",
    "tuned": "",
    "jsonschema_rs": "no codes, no repeated names, no size of a twin: those it leaves to ours",
    "msgspec": "only the first mistake, no words in another case: those it leaves to ours",
    "ours": "",
}
