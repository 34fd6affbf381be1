"""Gives generated files to the app, and looks at everything that comes of one."""

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

from shared.domain.errors import TryAgain, Unavailable
from shared.domain.import_record import Counts, ImportRecord, Source, is_import_id
from shared.domain.lifecycle import State
from shared.domain.parts import Part
from shared.use_cases.validate_device_file import validate_device_file
from tests.attacks.generated_files import GeneratedFile, generate
from tests.fakes.world import World


#: How a validation may end: on its way to the target, or told why not.
_ENDS: Final = frozenset({State.QUEUED, State.REJECTED, State.COMPLETED})


class Trial:
    """One app after another file: what it kept of the last one is forgotten."""

    def __init__(self) -> None:
        self._world = World()
        self._world.add_hub("intune").takes = "intune"

    def try_case(self, seed: int, case: int) -> ImportRecord:
        """Drop the file of a case and return what the app noted of it.

        Raises:
            AssertionError: Something does not add up. A note tells how to see it again.
        """
        try:
            return self._try(generate(seed, case), storage_fails=case % 50 == 0)
        except Exception as error:
            error.add_note(f"again: .venv/bin/python -m tests.attacks {seed} {case}")
            error.add_note(f"file: {generate(seed, case)}")
            raise

    def _try(self, file: GeneratedFile, *, storage_fails: bool) -> ImportRecord:
        self._forget()
        self._world.work.fail_next = Unavailable("storage") if storage_fails else None
        source = self._world.files.drop(file.name, file.content, metadata=file.metadata)
        ticket = self._told(source)
        (record,) = self._world.records.stored.values()
        assert is_import_id(record.id)
        assert record.state in _ENDS
        assert ticket == (record.id if record.state is State.QUEUED else None)
        assert all(path.split("/")[1] == record.id for path in self._world.work.files)
        self._add_up(record)
        return record

    def _told(self, source: Source) -> str | None:
        """Tell the app of a file; if it asks the host for that, once more."""
        for _ in range(2):
            with suppress(TryAgain):
                return validate_device_file(
                    self._world, source.container, source.name, "factory-a"
                )
        message = "storage failed once, and twice was asked for another try"
        raise AssertionError(message)

    def _forget(self) -> None:
        world = self._world
        world.files.forget()
        world.work.forget()
        world.records.stored.clear()

    def _add_up(self, record: ImportRecord) -> None:
        """Compare what the record counts with what was written of each entry."""
        counts = record.counts
        assert counts.accepted + counts.rejected + counts.skipped == counts.total
        if not self._is_written(record, Part.DEVICES):
            assert counts == Counts(), "lines are counted of a file that is refused as a whole"
            return
        accepted = self._read(record, Part.NUMBERS)
        numbers = [
            int.from_bytes(accepted[at : at + 4], "little") for at in range(0, len(accepted), 4)
        ]
        rejected = set(self._numbers(record, Part.REJECTED))
        skipped = set(self._numbers(record, Part.SKIPPED))
        assert self._read(record, Part.DEVICES).count(b"\n") == counts.accepted == len(numbers)
        assert (len(rejected), len(skipped)) == (counts.rejected, counts.skipped)
        told = sorted([*numbers, *rejected, *skipped])
        # A header is the first line of a table, and the notice of an export that of lines.
        first = told[0] if told else 1
        assert told == list(range(first, first + counts.total))

    def _numbers(self, record: ImportRecord, part: Part) -> Iterator[int]:
        return (json.loads(line)["line"] for line in self._read(record, part).splitlines())

    def _is_written(self, record: ImportRecord, part: Part) -> bool:
        return f"work/{record.id}/{record.validated(part)}" in self._world.work.files

    def _read(self, record: ImportRecord, part: Part) -> bytes:
        return self._world.work.files[f"work/{record.id}/{record.validated(part)}"]
