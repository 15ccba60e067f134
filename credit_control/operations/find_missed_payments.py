"""Finding what customers missed: of each day once, when it is over where the company is."""

from datetime import date, timedelta

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.utils import timezone

from credit_control.missed.sql import FIND
from credit_control.models import MissedDay, MissedKind, MissedPayment, policy_of
from credit_control.reminders.proposals import REMINDED
from credit_control.reminders.waiting_money import customers_in_the_queue
from office.models import Company
from payments.debiting import CURRENCY_OF, mandates_by_customer
from payments.returned import Returned

ONE_DAY = timedelta(days=1)


def find_missed_payments(company: Company, *, on: date) -> int:
    """Note what was missed by a day, each once, with the days before it on which nobody looked; how many there are.

    A day on which somebody looked is looked at no more. What is disputed, promised, in a plan, on its way to us or
    smaller than what is reminded of is not missed; nor is what the customer has free credit or money in the bank queue
    for.
    """
    last = company.missed_days.order_by("-on").values_list("on", flat=True).first()
    days = [on] if last is None else [last + ONE_DAY * count for count in range(1, (on - last).days + 1)]
    return sum(_look(company, day, is_first=last is None) for day in days)


@transaction.atomic
def _look(company: Company, day: date, *, is_first: bool) -> int:
    """What was missed when the day before was over. Who comes second waits for the first, and finds the day's row."""
    with connection.cursor() as cursor:
        cursor.execute(
            'INSERT INTO credit_control_missedday (company_id, "on", found_at) VALUES (%s, %s, %s)'
            " ON CONFLICT DO NOTHING",
            [company.pk, day, timezone.now()],
        )
        return _insert(cursor, company, day, is_first=is_first) if cursor.rowcount else 0


def _insert(cursor: CursorWrapper, company: Company, day: date, *, is_first: bool) -> int:
    policy = policy_of(company)
    collected = [
        (customer_id, currency)
        for currency in sorted(set(CURRENCY_OF.values()))
        for customer_id in mandates_by_customer(company, currency, day)
    ]
    cursor.execute(
        FIND,
        {
            "company_id": company.pk,
            "on": day - ONE_DAY,
            "day": day,
            "is_first": is_first,
            "zone": company.time_zone,
            "kinds": [kind.value for kind in REMINDED],
            "smallest": policy.smallest_reminder,
            "grace": policy.plan_grace_days,
            "waiting": list(customers_in_the_queue(company)) if policy.waits_for_bank else [],
            "mandated": [customer_id for customer_id, _ in collected],
            "now": timezone.now(),
            "currencies": [currency for _, currency in collected],
        },
    )
    return int(cursor.rowcount)


def note_returned(returned: Returned) -> None:
    """Note at once that a payment came back, or that a bank would not collect a debit; again, no more."""
    debit = returned.debit
    MissedPayment.objects.bulk_create(
        [
            MissedPayment(
                company_id=returned.company_id,
                customer_id=returned.customer_id,
                kind=MissedKind.DEBIT if debit else MissedKind.RETURN,
                on=returned.on,
                amount=returned.amount,
                currency=returned.currency,
                reference=debit.end_to_end_id if debit else returned.number,
                debit=debit,
                receipt=None if debit else returned.receipt,
            )
        ],
        ignore_conflicts=True,
    )


def companies_to_look_at() -> list[Company]:
    """The companies of which nobody looked for missed payments today, in their own time."""
    return [
        company
        for company in Company.objects.order_by("pk")
        if not MissedDay.objects.filter(company=company, on__gte=company.today()).exists()
    ]
