from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from django.db import transaction

from credit_control.models import LateCharge, LateChargeLine
from credit_control.proposals import Proposal, proposals_for
from customers.models import Customer
from ledger.accounts import default_accounts
from ledger.bulk import insert_all
from ledger.models import Account, AccountRole, Entry, ItemKind, Line, OpenItem
from ledger.posting import Posting, customer_posting, post_all
from office.audit import record_all
from office.days import require_bookable_day
from office.models import Company, User
from office.numbers.series import lock_series, take_number
from office.rates.exchange import exchange_rate_of, in_company_currency

PARTS = (("interest", ItemKind.INTEREST, AccountRole.INTEREST), ("fee", ItemKind.FEE, AccountRole.FEE))


@transaction.atomic
def claim_late_charges(
    company: Company, customer_ids: Collection[int], *, on: date, by: User | None
) -> tuple[list[LateCharge], list[Proposal]]:
    """Charge customers what they owe for paying late, up to the end of a day; also those who were not, and why.

    One charge for each customer and currency, each with open items of its own. Done again, it adds nothing. Raises
    Refused for a day ahead or in a closed month.
    """
    require_bookable_day(company, on)
    people = Customer.objects.filter(company=company, pk__in=customer_ids).order_by("pk")
    locked = list(people.select_for_update(no_key=True).all())
    for customer in locked:
        customer.company = company
    proposals = proposals_for(company, locked, on)
    wanted = [row for row in proposals if not row.why_not]
    return _enter(company, wanted, on, by) if wanted else [], [row for row in proposals if row.why_not]


def _enter(company: Company, proposals: list[Proposal], on: date, by: User | None) -> list[LateCharge]:
    series = lock_series(company, "late_charge", on.year)
    charges = [_charge(row, take_number(series), on, by) for row in proposals]
    series.save()
    accounts = default_accounts(company.pk)
    entries = post_all([_posting(charge, accounts) for charge in charges])
    for charge, entry in zip(charges, entries, strict=True):
        charge.entry = entry
    insert_all(charges)
    insert_all(_lines(charges, proposals))
    after = [
        {"customer": row.customer.name, "interest": row.interest, "fee": row.fee, "currency": row.currency}
        for row in proposals
    ]
    record_all(by, "claim_late_charges", charges, after=after)
    return charges


def _charge(row: Proposal, number: str, on: date, by: User | None) -> LateCharge:
    assert row.rule, "only a proposal by a rule is entered"
    return LateCharge(
        company=row.customer.company,
        customer=row.customer,
        number=number,
        claimed_on=on,
        currency=row.currency,
        interest=row.interest,
        fee=row.fee,
        rule=row.rule,
        day_count=row.rule.day_count,
        created_by=by,
    )


def _lines(charges: list[LateCharge], proposals: list[Proposal]) -> list[LateChargeLine]:
    for charge, row in zip(charges, proposals, strict=True):
        for line in row.lines:
            line.charge = charge
    return [line for row in proposals for line in row.lines]


def _posting(charge: LateCharge, accounts: Mapping[str, Account]) -> Posting:
    company = charge.company
    entry = Entry(
        company_id=company.pk,
        key=f"claim_late_charges:{company.pk}:{charge.number}",
        kind="claim_late_charges",
        dated_on=charge.claimed_on,
        currency=charge.currency,
        company_currency=company.currency,
        reference=charge.number,
        memo=charge.rule.name,
        by_id=charge.created_by_id,
    )
    rate = exchange_rate_of(company, charge.currency, None, charge.claimed_on)
    items, contra = [], []
    for name, kind, role in PARTS:
        amount = getattr(charge, name)
        if not amount:
            continue
        worth = in_company_currency(company, amount, rate)
        items.append(_item(charge, kind, amount, worth))
        contra.append(Line(account=accounts[role], amount=-amount, company_amount=-worth))
    return customer_posting(entry, accounts[AccountRole.RECEIVABLE], items, contra)


def _item(charge: LateCharge, kind: ItemKind, amount: Decimal, worth: Decimal) -> OpenItem:
    return OpenItem(
        customer_id=charge.customer_id,
        kind=kind,
        reference=charge.number,
        due_on=charge.claimed_on,
        amount=amount,
        company_amount=worth,
    )
