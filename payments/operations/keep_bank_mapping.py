"""How the tables of an account are read: told once, kept, and forgotten."""

from django.db import transaction

from office.audit import record
from office.models import BankAccount, User
from payments.bank_files.tables import TableMapping
from payments.models import BankMapping


@transaction.atomic
def keep_bank_mapping(account: BankAccount, mapping: TableMapping, *, by: User | None) -> BankMapping:
    """Read the account's tables with these headings so from now on. Raises Refused for what reads no table."""
    mapping.require_whole()
    BankAccount.objects.select_for_update(no_key=True).get(pk=account.pk)
    before = BankMapping.objects.filter(bank_account=account, told_by=mapping.told_by).first()
    if before and before.rules == mapping.as_json():
        return before
    kept, _ = BankMapping.objects.update_or_create(
        bank_account=account, told_by=mapping.told_by, defaults={"rules": mapping.as_json(), "kept_by": by}
    )
    old = {"rules": before.rules} if before else {}
    record(by, "keep_bank_mapping", kept, before=old, after={"account": account, "rules": kept.rules})
    return kept


@transaction.atomic
def forget_bank_mapping(mapping_id: int, *, by: User | None) -> None:
    """Ask again at the next table like it. What was read by the mapping stays as it is."""
    mapping = BankMapping.objects.select_related("bank_account").get(pk=mapping_id)
    record(by, "forget_bank_mapping", mapping, before={"account": mapping.bank_account, "rules": mapping.rules})
    mapping.delete()
