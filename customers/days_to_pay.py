"""How long somebody may be let to pay: the company's ceiling on days, and the terms that need a second person."""

from collections.abc import Iterable, Sequence
from datetime import date

from customers.models import Customer, PaymentTerms
from ledger.calendar import due_on
from ledger.refusals import Refused
from office.approvals.asking import rule_of
from office.models import Company, User

GIVE_DAYS = "give_days_to_pay"
"""The act of giving more days than one may alone; on a document it can be approved."""

Given = tuple[int | None, int | None]
"""Days to pay, or the id of the payment terms that stand instead."""


def last_due_day(day: date, net_days: int, terms: PaymentTerms | None) -> date:
    """When the last of an invoice of a day is due under these terms, or else days."""
    if terms is None:
        return due_on(day, net_days)
    steps = ("net_days", "at_end_of_month", "day_of_month")
    return max(_due(day, *(getattr(part, name) for name in steps)) for part in terms.parts.all())


def _due(day: date, net_days: int, at_end_of_month: bool, day_of_month: int | None) -> date:
    return due_on(day, net_days, at_end_of_month=at_end_of_month, day_of_month=day_of_month)


def given_to(customer: Customer) -> Given:
    """What a customer has."""
    return customer.net_days, customer.terms_id


def require_may_give(company: Company, given: Iterable[Given], by: User | None) -> None:
    """Raise Refused where a customer would get more days than this person may give alone, or terms that need a second
    person and this one decides nothing. On a single document somebody else can be asked instead."""
    wanted = sorted({each for each in given if each not in ((None, None), (company.net_days, None))}, key=str)
    if by is None or not wanted:
        return
    terms = _terms(company, wanted)
    rule = rule_of(GIVE_DAYS, company)
    most = rule.above_for(by) if rule else None
    for net_days, terms_id in wanted:
        chosen = terms.get(terms_id or 0)
        if chosen and chosen.needs_second_person and not by.has_perm("office.decide_approval"):
            raise Refused(f"The terms “{chosen}” need a second person. Ask a manager.", code="above_ceiling")
        today = company.today()
        days = (last_due_day(today, net_days or 0, chosen) - today).days
        if most is not None and days > most:
            words = f"More than {most.normalize():f} days to pay are not yours to give for good."
            raise Refused(f"{words} Choose them on a document: a second person is asked there.", code="above_ceiling")


def _terms(company: Company, given: Sequence[Given]) -> dict[int, PaymentTerms]:
    named = {terms_id for _, terms_id in given if terms_id}
    return PaymentTerms.objects.filter(company=company).prefetch_related("parts").in_bulk(named) if named else {}
