"""Which saved mapping a table is read by, and so which of our accounts it is of."""

from collections.abc import Callable
from functools import cache

from ledger.refusals import Refused
from office.models import BankAccount, Company
from payments.account_numbers import plain_number
from payments.bank_files import BadBankFile, ReadStatement
from payments.bank_files.tables import Grid, Role, TableMapping, open_table, read_table
from payments.bank_files.tables.grid import texts
from payments.models import BankMapping

SHORTEST_NUMBER = 6
"""An account number is looked for in a file's name and head only where it is long enough to be no accident."""


class UnknownTable(Refused):
    """A table that cannot be taken before a person has said more of it."""


def read_by_mapping(company: Company, name: str, content: bytes, account_id: int | None) -> list[ReadStatement]:
    """The statements of a table by the mapping kept for tables like it.

    Raises UnknownTable where none fits, where it could be of several of our accounts, or can be read in two ways.
    """
    kept = BankMapping.objects.filter(bank_account__company=company).select_related("bank_account")
    kept = kept.filter(bank_account=account_id) if account_id else kept
    opened = cache(lambda encoding, separator: _opened(content, encoding, separator))
    fitting = [found for row in kept.order_by("pk") if (found := _fitting(row, opened))]
    if not fitting:
        open_table(content)  # what is no table at all says so
        raise UnknownTable(
            "The columns of this table are not known yet. Say once which is which; the next one like it is then taken"
            " at once.",
            code="mapping_needed",
        )
    grid, row = _of_one_account(company, name, fitting, account_id)
    return read_of(row.bank_account, grid, TableMapping.from_json(row.rules))


def read_of(account: BankAccount, grid: Grid, mapping: TableMapping) -> list[ReadStatement]:
    """The statements of a table of an account. Raises UnknownTable where it can be read in two ways."""
    try:
        return read_table(grid, mapping, account=account.iban, currency=account.currency)
    except BadBankFile:
        raise
    except Refused as refusal:
        raise UnknownTable(refusal.message, code=refusal.code) from refusal


def _fitting(row: BankMapping, opened: Callable[[str, str], Grid | None]) -> tuple[Grid, BankMapping] | None:
    """The table as a mapping opens it, where the mapping fits."""
    mapping = TableMapping.from_json(row.rules)
    grid = opened(mapping.encoding, mapping.separator)
    return (grid, row) if grid and grid.after(mapping) is not None else None


def _opened(content: bytes, encoding: str, separator: str) -> Grid | None:
    try:
        return open_table(content, encoding, separator)
    except BadBankFile:
        return None


def _of_one_account(
    company: Company, name: str, fitting: list[tuple[Grid, BankMapping]], account_id: int | None
) -> tuple[Grid, BankMapping]:
    """The mapping of the account that the table is certainly of: chosen, our only one, or named in the file."""
    for grid, row in fitting:
        names_it = Role.OUR_ACCOUNT in row.rules["columns"]
        if account_id or names_it or _names(grid, name, TableMapping.from_json(row.rules), row.bank_account):
            return grid, row
    if company.bank_accounts.count() == 1:
        return fitting[0]
    raise UnknownTable("Say which of your accounts this table is of: nothing in it does.", code="account_needed")


def _names(grid: Grid, name: str, mapping: TableMapping, account: BankAccount) -> bool:
    """Whether an account's number stands in the file's name or above the headings."""
    number = plain_number(account.iban)
    head = [text for row in grid.head(mapping) for text in texts(row)]
    return len(number) >= SHORTEST_NUMBER and any(number in plain_number(text) for text in (name, *head))
