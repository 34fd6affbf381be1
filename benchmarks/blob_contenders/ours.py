"""The function of the app: notes the file, judges it, writes the parts and the record."""

from shared.bootstrap import validate_device_file


def run(container: str, name: str) -> None:
    """Validate the blob."""
    validate_device_file(container, name)
