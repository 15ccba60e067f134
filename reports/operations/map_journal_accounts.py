from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from ledger.fields import field_of
from ledger.models import Account
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from reports.journal.texts import one_line
from reports.models import JournalAccount
from reports.operations.export_journal import lock_exporting

FIELDS = ("number", "name", "tax_code")


@dataclass(frozen=True)
class AccountNames:
    """What the other books call an account of ours; all empty: nothing any more."""

    account_id: int
    number: str = ""
    name: str = ""
    tax_code: str = ""


@transaction.atomic
def map_journal_accounts(company: Company, wanted: Sequence[AccountNames], *, by: User | None) -> int:
    """Say what the other books call some accounts, and answer how many that changed.

    Raises Refused for an account of nobody's, and for what is too long.
    """
    lock_exporting(company)
    ours = {account.pk: account for account in Account.objects.filter(company_id=company.pk)}
    kept = {row.account_id: row for row in JournalAccount.objects.filter(company=company)}
    return sum(_keep(company, ours, kept.get(names.account_id), names, by) for names in wanted)


def _keep(
    company: Company, ours: dict[int, Account], row: JournalAccount | None, names: AccountNames, by: User | None
) -> bool:
    if names.account_id not in ours:
        raise Refused("That is no account of this company.", code="unknown_account")
    values = {name: _checked(name, getattr(names, name)) for name in FIELDS}
    before: dict[str, Any] = {name: getattr(row, name) if row else "" for name in FIELDS}
    if values == before:
        return False
    if not any(values.values()):
        JournalAccount.objects.filter(account_id=names.account_id).delete()
    else:
        account = ours[names.account_id]
        JournalAccount.objects.update_or_create(account=account, defaults=values | {"company": company})
    told = {"account": ours[names.account_id]}
    record(by, "map_journal_accounts", company, before=told | before, after=told | values)
    return True


def _checked(name: str, text: str) -> str:
    text, longest = one_line(text), field_of(JournalAccount, name).max_length or 0
    if len(text) > longest:
        raise Refused(f"{text[:40]}… is too long: at most {longest} characters.", code="too_long")
    return text
