import pytest

from shared.domain.defaults import Defaults, read_defaults
from shared.domain.rules import Code


def test_metadata_may_choose_for_the_whole_file():
    """Names and values in any case."""
    chosen = {"importMode": "CREATE", "Status": "disabled", "strict": "True", "dryrun": "false"}
    assert read_defaults(chosen) == Defaults(import_mode="create", status="disabled", strict=True)


@pytest.mark.parametrize(
    ("name", "value"), [("owner", "me"), ("importmode", "upsert"), ("strict", "yes"), ("", "")]
)
def test_what_is_not_on_the_list_is_not_taken(name: str, value: str):
    """It is warned of, and nothing is chosen."""
    defaults = read_defaults({name: value})
    assert [finding.code for finding in defaults.unknown] == [Code.UNKNOWN_METADATA]
    assert defaults == Defaults(unknown=defaults.unknown)
