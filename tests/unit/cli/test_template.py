import pytest
from typer.testing import CliRunner

from cli.__main__ import app


@pytest.mark.parametrize("kind", ["devices", "intune"])
def test_a_template_is_good_as_it_is(kind: str):
    """Whoever fills it in begins without a finding."""
    template = CliRunner().invoke(app, ["template", "--kind", kind])
    judged = CliRunner().invoke(
        app, ["validate", "--kind", kind, "-"], input=template.stdout_bytes
    )
    assert (template.exit_code, judged.exit_code) == (0, 0)
    assert "total 2, accepted 2" in judged.stdout
    assert "warning" not in judged.stdout


def test_a_template_is_a_table_for_spreadsheets():
    """With a header for devices, and without one for Intune, as its page wants it."""
    devices = CliRunner().invoke(app, ["template"]).stdout_bytes
    identifiers = CliRunner().invoke(app, ["template", "--kind", "intune"]).stdout_bytes
    assert devices.startswith(b"id,importMode,status,")
    assert devices.count(b"\r\n") == 3
    assert identifiers.count(b",") == identifiers.count(b"\r\n") == 2
