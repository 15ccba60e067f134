from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from reports.journal.plain import COLUMNS
from reports.journal.texts import one_line
from reports.models import JournalSettings
from reports.operations.export_journal import lock_exporting

FIELDS = (
    "columns",
    "separator",
    "decimal_sign",
    "day_form",
    "debtors_from",
    "datev_adviser",
    "datev_client",
    "account_length",
    "fiscal_month",
    "chart",
    "xero_tax_rate",
)
LONGEST_HEADING = 60


@transaction.atomic
def set_journal_settings(company: Company, wanted: Mapping[str, Any], *, by: User | None) -> JournalSettings:
    """Say what a company's journals look like; what is not named stays. Raises Refused for what no file could have."""
    settings = lock_exporting(company)
    before = {name: getattr(settings, name) for name in FIELDS}
    for name in FIELDS:
        setattr(settings, name, wanted.get(name, before[name]))
    settings.columns = checked_columns(settings.columns)
    settings.xero_tax_rate = one_line(settings.xero_tax_rate)
    _check(settings)
    settings.save()
    changed = [name for name in FIELDS if before[name] != getattr(settings, name)]
    if changed:
        now = {name: getattr(settings, name) for name in changed}
        record(by, "set_journal_settings", company, before={name: before[name] for name in changed}, after=now)
    return settings


def checked_columns(columns: Sequence[Sequence[str]]) -> list[list[str]]:
    """The columns with their headings. Raises Refused for none, one twice, and amounts without their currency."""
    names = [name for name, _ in columns]
    if not names or set(names) - set(COLUMNS) or len(set(names)) < len(names):
        raise Refused("Choose at least one column, and each at most once.", code="bad_columns")
    if {"debit", "credit"} & set(names) and "currency" not in names:
        raise Refused("Debits and credits are in the entry's currency: choose its column, too.", code="bad_columns")
    return [[name, one_line(heading, LONGEST_HEADING)] for name, heading in columns]


def _check(settings: JournalSettings) -> None:
    try:
        settings.full_clean()
    except ValidationError as error:
        raise Refused(" ".join(error.messages), code="bad_settings") from error
