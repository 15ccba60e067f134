from datetime import date

from django.db import transaction

from customers.merging import require_not_merged
from customers.models import CreditHold, Customer, HoldCause
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason


@transaction.atomic
def place_hold(
    customer_id: int, words: str, *, on: date, by: User | None, cause: str = HoldCause.BY_HAND
) -> CreditHold:
    """Bill nothing more to a customer until the hold is released. Raises Refused without saying why, twice, and for
    who was merged."""
    words = required_reason(words, "Say why nothing more is billed to them.")
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    require_not_merged(customer)
    standing = CreditHold.objects.filter(customer=customer, cause=cause, released_on=None).first()
    if standing:
        raise Refused(f"{customer.name} is on hold already: {standing.words}", code="on_hold_already")
    hold = CreditHold.objects.create(
        company_id=customer.company_id, customer=customer, cause=cause, words=words, placed_on=on, placed_by=by
    )
    record(by, "place_hold", customer, after={"cause": hold.get_cause_display()}, reason=words)
    return hold
