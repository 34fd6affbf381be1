"""Goes on with an import into Intune: one call after the other, each kept before and after.

Importing an identifier again with the same overwrite flag changes nothing but its time of change:
an existing one is left alone, or gets the same details (`overwriteImportedDeviceIdentities`,
importDeviceIdentityList of the Graph beta reference). All the same, after a lost answer Intune is
asked what it has, and only what is missing is sent again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from pydantic_core import from_json

from shared.adapters.graph_client import GraphClient
from shared.adapters.line_ranges import lines_at
from shared.adapters.run_documents import RunDocuments, Stored
from shared.domain.chunked_run import ChunkedRun, Phase, Said
from shared.domain.corporate_identifier import IDENTIFIER
from shared.domain.errors import (
    AnswerLost,
    CallRefused,
    ImporterError,
    TargetRefused,
    TargetThrottled,
    TargetUnreachable,
)
from shared.domain.existing_identities import is_done, known, verdict_on
from shared.domain.import_errors import LineError
from shared.ports import AttemptRef, Clock, Work


#: Lines of a call. Graph documents no limit; scripts of Intune's users send as many.
CHUNK_LINES: Final = 500
#: For how long one poll goes on. The host ends a function after 5 minutes on some plans.
SECONDS: Final = 60
#: Calls in a row that may come to nothing, about 45 minutes apart in all.
MOST_TRIES: Final = 8

type Items = Sequence[Mapping[str, Any]]


@dataclass
class IntuneRun:
    """One worker's part in a run. Whoever writes onto a version that is gone stops: `Conflict`."""

    client: GraphClient
    runs: RunDocuments[ChunkedRun]
    work: Work
    clock: Clock
    ref: AttemptRef
    stored: Stored[ChunkedRun]
    overwrite: bool
    #: The lines of the chunk that begins at a byte.
    _chunk: tuple[int, Sequence[bytes]] = (-1, ())

    def go_on(self) -> ChunkedRun:
        """Make calls until all is done, the time is up, or Intune wants to be left alone."""
        latest = self.clock.monotonic() + SECONDS
        while self._run.may_go_on(self.clock.now()) and self.clock.monotonic() < latest:
            self._save(self._after_step())
            if self._run.tries:
                break
        return self._run

    @property
    def _run(self) -> ChunkedRun:
        return self.stored.run

    def _save(self, run: ChunkedRun) -> None:
        self.stored = self.runs.write(self.ref, run, self.stored.version)

    def _after_step(self) -> ChunkedRun:
        """Make the next call, or put down what is to be told of a chunk that needs none."""
        run = self._run if self._run.size else self._run.begins(CHUNK_LINES)
        lines = self._lines(run)
        if len(lines) < run.size:
            return run.failed("the accepted lines are not there any more")
        if run.pending:
            return self._after_call(run, [from_json(lines[line]) for line in run.current])
        if run.said:
            self.runs.tell(self.ref, run.chunks_settled, _told(run, lines))
        return run.settled(sum(map(len, lines)))

    def _lines(self, run: ChunkedRun) -> Sequence[bytes]:
        start = run.bytes_settled
        if self._chunk[0] != start:
            path = f"work/{self.ref.import_id}/{self.ref.part}"
            self._chunk = (start, lines_at(self.work, path, start, run.size))
        return self._chunk[1]

    def _after_call(self, run: ChunkedRun, items: Items) -> ChunkedRun:
        call = self._check if run.phase is Phase.CHECK else self._send
        try:
            return run.answered(*call(run, items))
        except CallRefused as refused:
            return run.refused(refused.code, refused.message)
        except TargetRefused as refused:
            return run.turned_away(refused.code, refused.message)
        except TargetThrottled as busy:
            return run.put_off(self.clock.now() + (busy.wait or run.back_off()))
        except (TargetUnreachable, AnswerLost) as lost:
            return self._lost(run, lost)

    def _send(self, run: ChunkedRun, items: Items) -> Iterator[Said]:
        if run.in_doubt:
            existing = known(self.client.search_existing(items))
            items = [one for one in items if not is_done(one, existing, overwrite=self.overwrite)]
        if items:
            self._save(run.intends())
            self.client.import_identities(items, overwrite=self.overwrite)
        return iter(())

    def _check(self, run: ChunkedRun, items: Items) -> Iterator[Said]:
        existing = known(self.client.search_existing(items)) if items else {}
        for line, item in zip(run.current, items, strict=True):
            if verdict := verdict_on(item, existing, overwrite=self.overwrite):
                yield Said(line, *verdict)

    def _lost(self, run: ChunkedRun, lost: ImporterError) -> ChunkedRun:
        """Try later; at last go on without an answer, for the check tells what there is."""
        if run.tries < MOST_TRIES:
            in_doubt = run.in_doubt or isinstance(lost, AnswerLost)
            return run.put_off(self.clock.now() + run.back_off(), in_doubt=in_doubt)
        if run.phase is Phase.SEND:
            return run.answered()
        return run.given_up("NotVerified", f"Intune did not tell whether it has it: {lost}")


def _told(run: ChunkedRun, lines: Sequence[bytes]) -> Iterator[LineError]:
    for line, code, message, applied in run.said:
        identifier = from_json(lines[line])[IDENTIFIER]
        yield LineError(identifier, None, code, message, applied)
