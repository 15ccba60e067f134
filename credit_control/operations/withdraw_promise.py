from datetime import date

from django.db import transaction

from credit_control.models import PaymentPromise
from customers.models import Customer
from ledger.calendar import now
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason


@transaction.atomic
def withdraw_promise(promise_id: int, *, on: date, by: User | None, reason: str) -> PaymentPromise:
    """Take a promise off the record's standing ones, as when it was a slip; its items are reminded of again.

    Raises Refused without a reason, and the second time.
    """
    reason = required_reason(reason, "Say why it is withdrawn.")
    customer_id = PaymentPromise.objects.values_list("customer", flat=True).get(pk=promise_id)
    customer = Customer.objects.select_for_update(no_key=True).get(pk=customer_id)
    promise = PaymentPromise.objects.get(pk=promise_id)
    if promise.withdrawn_on:
        raise Refused(f"{promise} is withdrawn already.", code="invalid_move")
    promise.withdrawn_on, promise.withdrawn_at = on, now()
    promise.withdrawn_by, promise.withdraw_reason = by, reason
    promise.save(update_fields=["withdrawn_on", "withdrawn_at", "withdrawn_by", "withdraw_reason"])
    record(by, "withdraw_promise", customer, after={"amount": promise.amount, "pay_on": promise.pay_on}, reason=reason)
    return promise
