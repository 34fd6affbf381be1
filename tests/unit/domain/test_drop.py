import pytest

from shared.domain.drop import choose_target


@pytest.mark.parametrize(
    ("name", "default", "expected"),
    [
        ("factory-a/x.txt", None, "factory-a"),
        ("factory-a/2026/11/x.txt", "factory-b", "factory-a"),
        ("x.txt", "factory-b", "factory-b"),
        ("x.txt", None, "no_target"),
        ("factroy-a/x.txt", "factory-b", "unknown_target"),
        ("/x.txt", "factory-b", "unknown_target"),
        ("../factory-a/x.txt", "factory-b", "unknown_target"),
    ],
)
def test_the_first_folder_names_the_target(name: str, default: str | None, expected: str):
    """Only configured aliases exist, and a misspelled one is not sent to the default."""
    chosen = choose_target(name, {"factory-a", "factory-b"}, default)
    assert (chosen if isinstance(chosen, str) else chosen.code) == expected
