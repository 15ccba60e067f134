"""What every import of rows does alike: it counts what becomes of each, keeps the troubles, and runs as one piece."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from io import BytesIO
from itertools import islice
from typing import IO, Any

from django.core.cache import cache
from redis import RedisError

from ledger.bulk import plan_anew
from ledger.refusals import Refused
from office.models import Run, RunStatus
from office.models.runs import LoadedFile
from office.reading import Mapping as ColumnMapping
from office.reading import ReadRow, Trouble, TroubleFile
from office.reading.encoding import PIECE
from office.reading.unpacking import unpacked

SHOWN = 20
AT_ONCE = 1_000
"""Rows that are looked at together."""
NOTED_EACH, NOTED_FOR = 250, 3600
"""After so many rows a run on screen says how far it is, and that is kept for so many seconds."""
NEW, CHANGED, SAME, WRONG = "New", "Changed", "Same as before", "Wrong"

_run: ContextVar[int] = ContextVar("run", default=0)


@dataclass
class Outcome:
    """What an import did, or would do: counts, the first rows with what becomes of each, and the troubles."""

    counts: Counter[str] = field(default_factory=Counter)
    first: list[tuple[int, str, str, str]] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)

    def add(self, row: ReadRow, key: str, what: str) -> None:
        """Count a row, and keep it where it is one of the first. `key` names the field that says which thing it is."""
        self.counts[what] += 1
        note_rows(sum(self.counts.values()))
        if len(self.first) < SHOWN:
            self.first.append((row.line, row.values.get(key, ""), row.values.get("name", ""), what))

    def require_none_wrong(self) -> None:
        """Raises Refused where a row is wrong."""
        if self.troubles:
            raise Refused(f"{self.counts[WRONG]} rows are wrong, so none was taken.", code="rows_wrong")


def take_rows(
    rows: Iterable[ReadRow],
    outcome: Outcome,
    key: str,
    troubles_of: Callable[[ReadRow], list[Trouble]],
    together: Callable[[Sequence[ReadRow]], Mapping[int, str]],
    one: Callable[[ReadRow], str],
) -> None:
    """Take rows in: many `together`, which says by line what became of those it could take; the others one by one."""
    left = iter(rows)
    while some := list(islice(left, AT_ONCE)):
        plan_anew()
        troubles = {row.line: troubles_of(row) for row in some}
        done = together([row for row in some if not troubles[row.line]])
        for row in some:
            outcome.troubles += troubles[row.line]
            outcome.add(row, key, WRONG if troubles[row.line] else done.get(row.line) or one(row))


def told_of_file(name: str, file: IO[bytes]) -> dict[str, Any]:
    """What a run keeps of the file that it takes in, for its parameters; the file is at its start again."""
    digest, size = sha256(), 0
    while piece := file.read(PIECE):
        digest.update(piece)
        size += len(piece)
    file.seek(0)
    return {"loaded": asdict(LoadedFile(name[:200], size, digest.hexdigest()))}


def rows_so_far(run_id: int) -> int:
    """About how many rows, or what is made of several, the one piece of a run has taken; 0 where nobody can say."""
    with suppress(RedisError):
        return int(cache.get(f"run:{run_id}:rows", 0))
    return 0


def note_rows(count: int) -> None:
    """Say how far the piece is. It is one transaction, so the run itself says nothing before its end."""
    if (run_id := _run.get()) and not count % NOTED_EACH:
        with suppress(RedisError):
            cache.set(f"run:{run_id}:rows", count, NOTED_FOR)


def import_in_one_piece(run: Run, take: Callable[[IO[bytes], ColumnMapping], Outcome]) -> None:
    """The run of an import on screen: the whole file in one piece."""
    token = _run.set(run.pk)
    note_rows(0)
    try:
        with unpacked(BytesIO(run.input)) as table:
            outcome = take(table, ColumnMapping.from_json(run.parameters["mapping"]))
    finally:
        _run.reset(token)
    run.done = run.total = sum(outcome.counts.values())
    run.result, run.parameters["first"] = dict(outcome.counts), outcome.first
    with BytesIO() as target:
        file = TroubleFile(target)
        for trouble in outcome.troubles:
            file.add(trouble)
        run.errors_file = target.getvalue()
    run.status, run.input_file = RunStatus.DONE, run.input_file if run.is_dry else None
    run.save(update_fields=["parameters"])


def whole_file(take: Callable[..., Outcome], *switches: str) -> Callable[[Run], None]:
    """How the run of an import on screen is done: `take` has the whole file, and what the run says to its switches."""

    def do_piece(run: Run) -> None:
        asked = {name: run.parameters.get(name, False) for name in switches}
        import_in_one_piece(
            run,
            lambda table, mapping: take(run.company, table, mapping, by=run.by, dry_run=run.is_dry, **asked),
        )

    return do_piece
