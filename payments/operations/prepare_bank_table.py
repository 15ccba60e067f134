"""A table whose columns nobody has told yet waits, as a run, until a person has."""

from typing import Any

from office.models import Company, Run, RunStatus, User
from office.work.runs import RunKind
from payments.bank_files.tables import TableMapping, guess_mapping, open_table

RUN_KIND = RunKind("take_bank_table", None, page="payments:map_bank_table", is_own_page=True)


def prepare_bank_table(
    company: Company, name: str, content: bytes, *, by: User | None, account_id: int | None = None
) -> Run:
    """Keep a table with what can be guessed of its columns. Raises Refused for what is no table."""
    return Run.objects.create(
        company=company,
        by=by,
        kind=RUN_KIND.name,
        status=RunStatus.PREPARED,
        title=f"Bank table {name}"[:200],
        input_file=content,
        parameters=_told(name[:200], guess_mapping(open_table(content)), account_id),
    )


def tell_of_table(run: Run, mapping: TableMapping, account_id: int | None) -> None:
    """Keep what a person says of the table so far."""
    run.parameters = _told(run.parameters["name"], mapping, account_id)
    run.save(update_fields=["parameters", "touched_at"])


def told_of(run: Run) -> TableMapping:
    """What is said of the table so far; it need not be whole."""
    return TableMapping.from_json(run.parameters["mapping"])


def _told(name: str, mapping: TableMapping, account_id: int | None) -> dict[str, Any]:
    return {"name": name, "mapping": mapping.as_json(), "account": account_id}
