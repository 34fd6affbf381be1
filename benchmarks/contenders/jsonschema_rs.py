"""orjson parses, jsonschema-rs accepts, our judge names the mistakes."""

from pathlib import Path
from typing import Any, cast

import jsonschema_rs
import orjson
from pydantic import TypeAdapter

from benchmarks.contenders.line_by_line import lines_of, run_line_by_line
from benchmarks.contenders.other_parser import judge_behind
from shared.domain.device_identity import DeviceIdentity
from shared.domain.tally import Tally


def exact(schema: Any) -> Any:
    """Return a schema without what makes it wider: beside words, words in any other case."""
    if isinstance(schema, list):
        kinds = [exact(kind) for kind in schema]
        has_words = any("enum" in kind for kind in kinds if isinstance(kind, dict))
        return [kind for kind in kinds if not (has_words and kind == {"type": "string"})]
    if isinstance(schema, dict):
        return {name: exact(value) for name, value in schema.items()}
    return schema


_is_valid = jsonschema_rs.validator_for(exact(TypeAdapter(DeviceIdentity).json_schema())).is_valid


def accept(line: bytes) -> DeviceIdentity | None:
    """Return the members of a line that jsonschema-rs finds nothing wrong with."""
    try:
        members = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return cast("DeviceIdentity", members) if _is_valid(members) else None


def run(source: Path, folder: Path) -> Tally:
    """Validate the file."""
    return run_line_by_line(judge_behind(accept), lines_of(source), folder)
