from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from credit_control.hand_overs import warned, why_not_handed
from credit_control.models import HandedItem, HandOver, HandOverOutcome
from customers.models import Customer
from ledger.bulk import insert_all
from ledger.models import OpenItem
from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.models import Company, User

LONGEST_NAME, LONGEST_NOTE = 100, 500


@dataclass(frozen=True)
class HandOverDetails:
    """Which items go to whom; `was_warned` says that the customer was warned in another way than by a final notice."""

    agency: str
    item_ids: Sequence[int]
    note: str = ""
    was_warned: bool = False


@transaction.atomic
def hand_to_agency(customer_id: int, details: HandOverDetails, *, on: date, by: User | None) -> HandOver:
    """Hand open items of one currency to a collection agency: nobody here reminds of them any more.

    Raises Refused without an agency or items, for items that are settled, disputed, promised, in a plan, in a debit
    run, put off, paid as the customer says, not live or with an agency already, and for those that no final notice
    which arrived was about.
    """
    people = Customer.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    customer = people.get(pk=customer_id)
    agency, note = details.agency.strip(), without_card_numbers(details.note.strip())
    if not agency or len(agency) > LONGEST_NAME or len(note) > LONGEST_NOTE:
        raise Refused(
            f"Name the agency, in up to {LONGEST_NAME} characters; a note has {LONGEST_NOTE}.", code="agency_missing"
        )
    items = _items(customer, details)
    _check(customer.company, items, on, details.was_warned)
    made = HandOver.objects.create(
        company=customer.company, customer=customer, agency=agency, handed_on=on, note=note, created_by=by
    )
    insert_all([HandedItem(hand_over=made, item=item, amount=item.balance) for item in items])
    after = {"agency": agency, "items": ", ".join(item.reference for item in items), "note": note}
    record(by, "hand_to_agency", customer, after=after)
    return made


@transaction.atomic
def end_hand_over(hand_over_id: int, outcome: str, *, on: date, by: User | None, note: str = "") -> HandOver:
    """End a hand-over: what is open of it is ours to ask for again. Refused the second time, or for no outcome."""
    customer_id = HandOver.objects.values_list("customer", flat=True).get(pk=hand_over_id)
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    made = HandOver.objects.get(pk=hand_over_id)
    if made.ended_on:
        raise Refused(f"{made} is ended already.", code="invalid_move")
    if outcome not in set(HandOverOutcome) or len(note) > LONGEST_NOTE:
        raise Refused("Choose how it ended.", code="bad_outcome")
    made.ended_on, made.ended_by, made.outcome = on, by, outcome
    made.end_note = without_card_numbers(note.strip())
    made.save(update_fields=["ended_on", "ended_by", "outcome", "end_note"])
    record(by, "end_hand_over", customer, after={"agency": made.agency, "outcome": outcome}, reason=made.end_note)
    return made


def _items(customer: Customer, details: HandOverDetails) -> list[OpenItem]:
    wanted = set(details.item_ids)
    items = list(
        OpenItem.objects.filter(customer_id=customer.pk, balance__gt=0, pk__in=wanted).order_by("due_on", "pk")
    )
    if not wanted:
        raise Refused("Choose at least one item.", code="nothing_chosen")
    if len(items) < len(wanted):
        raise Refused("One of the items is settled already. Look again.", code="not_open")
    if len({item.currency for item in items}) > 1:
        raise Refused("Hand over one currency at a time.", code="two_currencies")
    return items


def _check(company: Company, items: Sequence[OpenItem], today: date, was_warned: bool) -> None:
    for item_id, why in why_not_handed(company, items, today).items():
        item = next(item for item in items if item.pk == item_id)
        raise Refused(f"{item.reference} is {why}. Leave it out.", code="held")
    ids = [item.pk for item in items]
    missing = [] if was_warned else [item for item in items if item.pk not in warned(ids)]
    if missing:
        raise Refused(
            f"No final notice was about {missing[0].reference}. Send it first, or say that they were warned otherwise.",
            code="not_warned",
        )
