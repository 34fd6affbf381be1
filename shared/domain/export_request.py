"""Reads the message that asks for an export."""

from typing import Final

from pydantic import ConfigDict, ValidationError

from shared.domain.import_record import Export, Reason
from shared.domain.redaction import redacted


class ExportRequest(Export):
    """`{"target": "factory-a", "keys": false, "configurations": true}`; the target must be."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    target: str


MALFORMED: Final = "malformed_request"


def read_export_request(body: str) -> ExportRequest | Reason:
    """Return the request, or what is wrong with it: the first flaw, without its value."""
    try:
        return ExportRequest.model_validate_json(body)
    except ValidationError as error:
        flaw = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(map(str, flaw["loc"]))
    text = redacted(f"{where} {flaw['msg']}".strip())
    return Reason(code=MALFORMED, text=f"{text}; known are target, keys and configurations")
