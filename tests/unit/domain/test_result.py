import json
from pathlib import Path

from shared.domain.import_record import Counts
from shared.domain.lifecycle import State
from shared.domain.report import Outcome, ReportLine, Verdict
from shared.domain.result import (
    ImportResult,
    application_properties,
    import_result,
    sample,
)
from tests.builders import a_record


SCHEMA = Path(__file__).parents[3] / "docs/import-result.schema.json"

LINE = ReportLine(7, "d" * 128, None, Verdict(Outcome.FAILED, "DeviceNotFound", "m" * 300))


def test_the_committed_schema_is_the_models():
    """Subscribers read the file; it must say what is sent. Remake: see CONTRIBUTING."""
    assert json.loads(SCHEMA.read_text()) == ImportResult.model_json_schema(mode="serialization")


def test_a_result_fits_into_a_message():
    """Even with long names and twenty sample errors it stays far below 64 KB."""
    record = a_record(state=State.COMPLETED, counts=Counts(total=1, failed=1))
    data = import_result(record, (sample(LINE),) * 20, {"report": "https://x/" + "p" * 200})
    assert len(json.dumps(data)) < 32_000
    ImportResult.model_validate(data)


def test_properties_are_flat():
    """SQL filters see no body, so what people filter by stands beside it."""
    record = a_record(state=State.COMPLETED, counts=Counts(total=3, applied=2, failed=1))
    properties = application_properties(import_result(record, (), {}))
    assert properties["status"] == "completed"
    assert (properties["applied"], properties["failed"]) == (2, 1)
    assert all(isinstance(value, (str, int, bool)) for value in properties.values())
