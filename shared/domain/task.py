"""What a target is asked to do in one job."""

from enum import StrEnum


class Task(StrEnum):
    """What a job does."""

    IMPORT = "import"  #: device identities from a file, or corporate identifiers
    IMPORT_CONFIGURATIONS = "import_configurations"  #: configurations from a file
    EXPORT = "export"  #: all identities to a file, and configurations if asked for

    @property
    def job_kind(self) -> str:
        """What the target calls such a job."""
        return "export" if self is Task.EXPORT else "import"
