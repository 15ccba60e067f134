"""How the work of collecting turned out: promises kept, days to close disputes, what reminders brought."""

from decimal import Decimal

from django.db.models import Avg, Count, F

from billing.models import Dispute
from credit_control.models import PaymentPromise
from credit_control.promises import with_state
from reports.frame import Asked, Figure
from reports.frame.reading import fetched
from reports.measures import share
from reports.movements import Days


def outcomes(asked: Asked, days: Days) -> list[Figure]:
    """How promises, disputes and reminders of some days went."""
    return [_promises(asked, days), _disputes(asked, days), _reminders(asked, days)]


def _promises(asked: Asked, days: Days) -> Figure:
    ended = PaymentPromise.objects.filter(
        company=days.company_id, counts_until__range=(days.first_day, days.last_day), withdrawn_on=None
    )
    if days.owner_ids is not None:
        ended = ended.filter(customer__sales_owner__in=days.owner_ids)
    states = with_state(ended, asked.company.today()).order_by().values_list("state").annotate(Count("pk"))
    counts = dict(states)
    judged = {state: counts.get(state, 0) for state in ("kept", "part_kept", "broken")}
    return Figure(
        "Promises kept",
        share(judged["kept"], sum(judged.values())),
        "percent",
        "Promises kept in full / promises whose last day is in these days, not withdrawn and not settled otherwise",
        [("Kept", judged["kept"], ""), ("Part-kept", judged["part_kept"], ""), ("Broken", judged["broken"], "")],
    )


def _disputes(asked: Asked, days: Days) -> Figure:
    closed = Dispute.objects.filter(company=days.company_id, closed_on__range=(days.first_day, days.last_day))
    if days.owner_ids is not None:
        closed = closed.filter(customer__sales_owner__in=days.owner_ids)
    found = closed.aggregate(count=Count("pk"), took=Avg(F("closed_on") - F("opened_on")))
    took = found["took"]
    average = None if took is None else (Decimal(took.total_seconds()) / 86400).quantize(Decimal("0.1"))
    return Figure(
        "Days to close a dispute",
        average,
        "days",
        "The average of days from opening to closing, of disputes closed in these days",
        [("Closed", found["count"], "")],
    )


WITHIN = 14
YIELDED = """
    SELECT coalesce(sum(x.amount), 0), coalesce(sum(least(x.amount, x.paid)), 0) FROM (
        SELECT ri.amount, (
            SELECT coalesce(sum(a.amount), 0) FROM ledger_allocation a
            JOIN ledger_openitem k ON k.id = a.credit_id AND k.kind = 'payment'
            WHERE a.debit_id = ri.item_id AND k.dated_on BETWEEN r.reminded_on AND r.reminded_on + %(within)s
        ) AS paid
        FROM credit_control_reminder r JOIN credit_control_reminderitem ri ON ri.reminder_id = r.id
        JOIN ledger_openitem i ON i.id = ri.item_id
        WHERE r.company_id = %(company_id)s AND r.reminded_on BETWEEN %(first_day)s AND %(last_day)s
            AND ri.dropped = '' AND i.currency = %(currency)s
            AND (%(owner_ids)s::bigint[] IS NULL
                OR r.customer_id IN (SELECT id FROM customers_customer WHERE sales_owner_id = ANY (%(owner_ids)s)))
    ) AS x
"""


def _reminders(asked: Asked, days: Days) -> Figure:
    currency = asked.values["currency"]
    [(wanted, came)] = fetched(YIELDED, days.parameters | {"within": WITHIN, "currency": currency})
    return Figure(
        "Yield of reminders",
        share(came, wanted),
        "percent",
        f"What was paid of the reminded items within {WITHIN} days of the reminder / what was reminded of",
        [("Reminded of", wanted, currency), (f"Paid within {WITHIN} days", came, currency)],
    )
