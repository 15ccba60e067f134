from django.db import transaction

from office.models import BankAccount, Run, RunStatus, User
from payments.bank_files.tables import TableMapping, open_table
from payments.bank_tables import read_of
from payments.operations.keep_bank_mapping import keep_bank_mapping
from payments.operations.take_bank_file import Taken, take_statements


@transaction.atomic
def take_bank_table(
    account: BankAccount, name: str, content: bytes, mapping: TableMapping, *, by: User | None
) -> Taken:
    """Take a table of an account in by a mapping, and keep the mapping for the next table like it.

    Raises Refused where the mapping does not fit, or the table can be read in two ways; then nothing is kept.
    """
    mapping.require_whole()
    read = read_of(account, open_table(content, mapping.encoding, mapping.separator), mapping)
    keep_bank_mapping(account, mapping, by=by)
    return take_statements(account.company, name, content, read, by=by)


@transaction.atomic
def finish_bank_table(run: Run, account: BankAccount, mapping: TableMapping, *, by: User | None) -> Taken:
    """Take a table in that waited for this; its run is done. Raises Refused as take_bank_table does."""
    taken = take_bank_table(account, run.parameters["name"], run.input, mapping, by=by)
    run.parameters["file"] = taken.file.pk
    run.result = {"New": taken.new, "Known before": taken.known, "Could not be read": taken.unread}
    run.result |= {"May be known": taken.doubtful} if taken.doubtful else {}
    run.done = run.total = sum(run.result.values())
    run.status, run.input_file = RunStatus.DONE, None
    run.save()
    return taken
