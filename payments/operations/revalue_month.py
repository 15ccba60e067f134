from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction

from ledger.accounts import default_accounts
from ledger.bulk import insert_all
from ledger.models import AccountRole, Entry, Line
from ledger.posting import Posting, post, post_mirror
from ledger.present import present
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.written import plain_day
from payments.models import Revaluation
from payments.revaluing import Worth, month_end, worth_on


@transaction.atomic
def revalue_month(company: Company, month: date, *, by: User | None) -> list[Revaluation]:
    """Enter what foreign money was worth at a month's end and, dated the day after, take it back.

    No open item is touched, so settling one realises the whole difference from its own day, and nothing counts twice
    (IAS 21.23: monetary items at the closing rate). Raises Refused for a month that is not over, a currency without a
    rate kept for that day, and where nothing is missing.
    """
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    on = month_end(month)
    if on >= company.today():
        raise Refused("A month is revalued when it is over.", code="month_not_over")
    found = worth_on(company, on)
    if lacking := [each.currency for each in found if each.rate is None]:
        words = ", ".join(lacking)
        raise Refused(
            f"No rate of {words} is kept for {plain_day(on)} or the ten days before.", code="no_exchange_rate"
        )
    rows = [_row(company, each, on, by) for each in found if each.missing]
    if not rows:
        raise Refused(f"Nothing is to be entered for {on:%B %Y}.", code="nothing_to_revalue")
    insert_all(rows)
    record(by, "revalue_month", company, after={str(row): row.difference for row in rows})
    return rows


def _row(company: Company, found: Worth, on: date, by: User | None) -> Revaluation:
    difference, rate = found.missing or Decimal(0), present(found.rate)
    told = Revaluation.objects.filter(company=company, on=on, currency=found.currency).count()
    key = f"{company.pk}:{on}:{found.currency}:{told}"
    accounts = default_accounts(company.pk)
    entry = Entry(
        company_id=company.pk,
        key=f"revalue_month:{key}",
        kind="revalue_month",
        dated_on=on,
        currency=found.currency,
        company_currency=company.currency,
        memo=f"{found.currency} at {rate.normalize():f}",
        by_id=by.pk if by else None,
    )
    sides = ((AccountRole.REVALUATION, difference), (AccountRole.EXCHANGE, -difference))
    post(Posting(entry, [Line(account=accounts[role], amount=Decimal(0), company_amount=side) for role, side in sides]))
    reversal = post_mirror(
        entry,
        key=f"reverse_revaluation:{key}",
        kind="reverse_revaluation",
        dated_on=on + timedelta(days=1),
        by_id=by.pk if by else None,
        memo=entry.memo,
    )
    return Revaluation(
        company=company,
        on=on,
        currency=found.currency,
        rate=rate,
        balance=found.balance,
        carried=found.carried,
        difference=difference,
        entry=entry,
        reversal_entry=reversal,
        by=by,
    )
