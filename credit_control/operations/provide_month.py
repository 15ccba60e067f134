from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from django.db import transaction

from credit_control.models import ProvisionPart, ProvisionPosting
from credit_control.providing import Band, Case, Loss, Provision, provided_until, provision_on
from ledger.accounts import default_accounts
from ledger.bulk import insert_all
from ledger.calendar import end_of_month
from ledger.models import AccountRole, Entry, Line
from ledger.periods import closed_months
from ledger.posting import Posting, post
from ledger.present import present
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.written import plain_day


@transaction.atomic
def provide_month(company: Company, month: date, *, by: User | None) -> ProvisionPosting:
    """Post what the provision account lacks at a month's end of what is expected to be lost; a surplus is released.

    Nothing is taken back: the next month posts what differs then. Raises Refused for a month that is not over or is
    closed, without a table of rates that held on its last day, for a currency without a rate kept for that day, and
    where nothing is missing.
    """
    Company.objects.select_for_update(no_key=True).get(pk=company.pk)
    on = end_of_month(month)
    if on >= company.today():
        raise Refused("A month is provided for when it is over.", code="month_not_over")
    if on.replace(day=1) in closed_months(company.pk):
        raise Refused(f"{on:%B %Y} is closed. Have it reopened first.", code="period_closed")
    found = provision_on(company, on)
    if found.table is None:
        raise Refused(
            f"No provision rates held on {plain_day(on)}. Set a table of them first.", code="no_provision_rates"
        )
    if found.lacking:
        words = ", ".join(found.lacking)
        raise Refused(
            f"No rate of {words} is kept for {plain_day(on)} or the ten days before.", code="no_exchange_rate"
        )
    required, stood = present(found.required), provided_until(company, on)
    if required == stood:
        raise Refused(f"Nothing is missing for {on:%B %Y}.", code="nothing_to_provide")
    posting = _posted(found, required, stood, by)
    after = {"month": f"{on:%Y-%m}", "required": required, "stood": stood, "posted": posting.difference}
    record(by, "provide_month", posting, after=after)
    return posting


def _posted(found: Provision, required: Decimal, stood: Decimal, by: User | None) -> ProvisionPosting:
    company, on = found.company, found.on
    posting = ProvisionPosting.objects.create(
        company=company,
        on=on,
        table=present(found.table),
        required=required,
        stood=stood,
        difference=required - stood,
        entry=_entry(company, on, required - stood, by),
        by=by,
    )
    insert_all(_parts(posting, found.losses))
    return posting


def _entry(company: Company, on: date, difference: Decimal, by: User | None) -> Entry:
    told = ProvisionPosting.objects.filter(company=company, on=on).count()
    entry = Entry(
        company_id=company.pk,
        key=f"provide_month:{company.pk}:{on}:{told}",
        kind="provide_month",
        dated_on=on,
        currency=company.currency,
        company_currency=company.currency,
        memo=f"Expected credit loss of {on:%B %Y}",
        by_id=by.pk if by else None,
    )
    accounts = default_accounts(company.pk)
    sides = ((AccountRole.IMPAIRMENT, difference), (AccountRole.PROVISION, -difference))
    lines = [Line(account=accounts[role], amount=side, company_amount=side) for role, side in sides]
    return post(Posting(entry, lines))


def _parts(posting: ProvisionPosting, losses: list[Loss]) -> Iterator[ProvisionPart]:
    """The lines that anything was open in."""
    for loss in losses:
        if loss.open:
            yield ProvisionPart(
                posting=posting,
                days_from=loss.days_from if isinstance(loss, Band) else None,
                days_to=loss.days_to if isinstance(loss, Band) else None,
                item_id=loss.item_id if isinstance(loss, Case) else None,
                count=loss.count,
                currency=loss.currency,
                rate=loss.rate,
                open=loss.open,
                disputed=loss.disputed,
                percent=loss.percent,
                expected=loss.expected,
                company_expected=present(loss.company_expected),
            )
