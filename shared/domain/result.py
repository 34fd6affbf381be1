"""The message that subscribers get: one for each import, when it has ended, and some on the way.

The names are the wire's; `docs/import-result.schema.json` is made from these models. Fields may be
added within a version, never renamed or removed.
"""

from collections.abc import Mapping
from typing import Any, Final

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from shared.domain.import_record import Counts, ImportRecord, Reason
from shared.domain.lifecycle import State
from shared.domain.report import ReportLine
from shared.domain.task import Task


#: Lines that are shown in the message itself; the report has all of them.
SAMPLE_ERRORS: Final = 20


class _Wire(BaseModel):
    model_config = ConfigDict(
        frozen=True, alias_generator=to_camel, populate_by_name=True, serialize_by_alias=True
    )


class File(_Wire):
    """The device file that was dropped, or the message that asked for an export."""

    container: str
    name: str
    etag: str
    size: int = Field(description="bytes")


class SampleError(_Wire):
    """A line that was not applied, and why."""

    line: int | None = Field(description="line of the file, counted from 1")
    device_id: str | None
    outcome: str
    code: str = Field(description="stable name; match on this")
    message: str = Field(description="for people; never parse it")


class ImportResult(_Wire):
    """How an import ended."""

    import_id: str
    status: State = Field(
        description="in the end rejected, completed, failed, cancelled or needs_attention"
    )
    task: Task = Field(description="import, import_configurations or export")
    target: str | None = Field(description="alias of the target, if there is one")
    job_id: str | None = Field(
        description="the hub's own id of the job, if one was started; ours if it has none"
    )
    file: File
    counts: Counts
    reason: Reason | None = Field(description="why the import as a whole did not complete")
    received_at: AwareDatetime
    ended_at: AwareDatetime | None = Field(description="null while the import goes on")
    findings: Mapping[str, int] = Field(description="broken rules, warnings and notes, by code")
    effects: Mapping[str, int] = Field(description="what the accepted lines asked for")
    sample_errors: tuple[SampleError, ...] = Field(max_length=SAMPLE_ERRORS)
    reports: Mapping[str, str] = Field(description="addresses of the reports, without access")


def sample(line: ReportLine) -> SampleError:
    """Return a report line the way it stands in the message."""
    return SampleError(
        line=line.line,
        device_id=line.device_id,
        outcome=line.verdict.outcome,
        code=line.verdict.code,
        message=line.verdict.message,
    )


def application_properties(data: Mapping[str, Any]) -> Mapping[str | bytes, Any]:
    """Return the flat properties that subscribers filter by, from the data of a result."""
    counts: dict[str | bytes, Any] = {name: data["counts"][name] for name in Counts.model_fields}
    return {
        "status": data["status"],
        "task": data["task"],
        "target": data["target"] or "",
        "importId": data["importId"],
        "fileName": data["file"]["name"],
        "final": data["endedAt"] is not None,
        **counts,
    }


def import_result(
    record: ImportRecord, samples: tuple[SampleError, ...], reports: Mapping[str, str]
) -> Mapping[str, Any]:
    """Return the data of an event about an import, ready for JSON.

    Args:
        record: The record in the state that is told.
        samples: The first lines that were not applied.
        reports: Address of each report by its name.
    """
    source = record.source
    file = File(container=source.container, name=source.name, etag=source.etag, size=source.size)
    result = ImportResult(
        import_id=record.id,
        status=record.state,
        task=record.task,
        target=record.target,
        job_id=record.job_id,
        file=file,
        counts=record.counts,
        reason=record.reason,
        received_at=record.received_at,
        ended_at=record.since if record.is_final else None,
        findings=record.findings,
        effects=record.effects,
        sample_errors=samples,
        reports=reports,
    )
    return result.model_dump(mode="json")
