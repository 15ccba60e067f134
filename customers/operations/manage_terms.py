"""The payment terms a company offers."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from django.db import transaction

from customers.models import PaymentTerms, TermsPart
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from office.operations.keep_policies import changes_policies

MOST_PARTS = 36
MOST_DAYS = 3650


@dataclass(frozen=True)
class PartDetails:
    """An instalment: its weight beside the others', and the steps by which its due day is found."""

    net_days: int = 0
    weight: Decimal = Decimal(1)
    at_end_of_month: bool = False
    day_of_month: int | None = None


@dataclass(frozen=True)
class TermsDetails:
    """Payment terms by name: one part, or several instalments; and what paying early takes off, in percent."""

    name: str
    parts: Sequence[PartDetails]
    discount_percent: Decimal = Decimal(0)
    discount_days: int = 0
    needs_second_person: bool = False


@transaction.atomic
@changes_policies
def add_terms(company: Company, details: TermsDetails, *, by: User | None) -> PaymentTerms:
    """Add payment terms. Raises Refused where the name is taken, or a part or the discount cannot be so."""
    name = details.name.strip()
    if not name:
        raise Refused("Payment terms need a name, as it is printed.", code="name_missing")
    if PaymentTerms.objects.filter(company=company, name=name).exists():
        raise Refused(f"There are terms named {name} already.", code="name_taken")
    _check(details)
    said = {name: getattr(details, name) for name in ("discount_percent", "discount_days", "needs_second_person")}
    terms = PaymentTerms.objects.create(company=company, name=name, **said)
    TermsPart.objects.bulk_create(
        TermsPart(terms=terms, position=position, **asdict(part))
        for position, part in enumerate(details.parts, start=1)
    )
    record(by, "add_terms", terms, after=said | {"parts": "; ".join(map(str, terms.parts.all()))})
    return terms


@transaction.atomic
@changes_policies
def set_second_person(company: Company, terms_id: int, needs: bool, *, by: User | None) -> PaymentTerms:
    """Say whether payment terms need a second person where somebody chooses them."""
    terms = PaymentTerms.objects.select_for_update(no_key=True).get(company=company, pk=terms_id)
    before = terms.needs_second_person
    if before != needs:
        terms.needs_second_person = needs
        terms.save()
        name = "needs_second_person"
        record(by, "set_second_person", terms, before={name: before}, after={name: needs})
    return terms


@transaction.atomic
def retire_terms(terms_id: int, *, by: User | None) -> PaymentTerms:
    """Offer payment terms no more; drafts and customers that have them keep them."""
    terms = PaymentTerms.objects.select_for_update(no_key=True).get(pk=terms_id)
    terms.is_active = False
    terms.save()
    record(by, "retire_terms", terms)
    return terms


def _check(details: TermsDetails) -> None:
    if not 1 <= len(details.parts) <= MOST_PARTS:
        raise Refused(f"Payment terms have one to {MOST_PARTS} instalments.", code="bad_parts")
    for part in details.parts:
        if part.weight <= 0:
            raise Refused("The share of an instalment is above zero.", code="bad_weight")
        if not 0 <= part.net_days <= MOST_DAYS:
            raise Refused(f"The days to pay are a number from 0 to {MOST_DAYS}.", code="bad_net_days")
        if part.day_of_month is not None and not 1 <= part.day_of_month <= 31:
            raise Refused("A day of the month is a number from 1 to 31.", code="bad_day_of_month")
    if not 0 <= details.discount_percent < 100:
        raise Refused("A discount is between 0 and 100 percent.", code="bad_discount")
    if not 0 <= details.discount_days <= MOST_DAYS:
        raise Refused(f"The days for the discount are a number from 0 to {MOST_DAYS}.", code="bad_discount_days")
