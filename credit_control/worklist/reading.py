"""The list of whom to ask next, those who did not keep what they said first, then by what is at risk.

Whoever opens it looks at its beginning, and a company may have many thousands of late customers. So all of them are
only ranked by the most that can be at risk, which the open items tell, and what else is known is read of a batch at a
time, until nobody further down can come before those who were read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from heapq import heappop, heappush
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import F, Max, Sum

from credit_control.models import Reminder, Tone
from credit_control.plans.sql import parts_sql
from credit_control.worklist.habits import usual_days
from credit_control.worklist.not_kept import NotKept, not_kept, noted_on
from credit_control.worklist.work import LEAST, MORE_FOR_LEADS, SURE_LOSS, Work
from customers.bounces import standing_bounces
from customers.holds import in_words, standing_holds
from ledger.models import OpenItem
from office.models import Company

BATCH = 200
LATE = f"""
    WITH opened AS (
        SELECT id, customer_id, due_on, balance AS open, company_amount / amount AS rate FROM ledger_openitem
        WHERE company_id = %(company_id)s AND balance > 0 AND amount > 0
            AND (%(customer_ids)s::bigint[] IS NULL OR customer_id = ANY (%(customer_ids)s))
    ), {parts_sql(None)},
    late AS (
        SELECT id, sum(open) AS open, min(due_on) AS due_on FROM parts WHERE due_on < %(on)s GROUP BY id
    ), due AS (
        SELECT id, customer_id, rate, late.open AS balance, late.due_on FROM late JOIN opened USING (id)
    ), held AS (
        SELECT item_id, sum(amount) AS amount FROM billing_disputedamount WHERE released_at IS NULL GROUP BY item_id
    ), promised AS (
        SELECT p.item_id, sum(p.amount) AS amount FROM credit_control_promiseditem p
        JOIN credit_control_paymentpromise q ON q.id = p.promise_id
        WHERE q.withdrawn_on IS NULL AND q.counts_until >= %(on)s GROUP BY p.item_id
    ), owing AS (
        SELECT customer_id, sum(due.balance * due.rate) AS overdue, min(due.due_on) AS oldest_due,
            sum(least(due.balance, coalesce(held.amount, 0)) * due.rate) AS disputed,
            sum(greatest(least(due.balance - coalesce(held.amount, 0), coalesce(promised.amount, 0)), 0) * due.rate)
                AS promised
        FROM due LEFT JOIN held ON held.item_id = due.id LEFT JOIN promised ON promised.item_id = due.id
        GROUP BY customer_id
    )
"""  # noqa: S608  our own texts
CANDIDATES = f"""
    {LATE},
    ranked AS (
        SELECT owing.*, f.collector_id, owing.customer_id = ANY (%(leading)s::bigint[]) AS leads,
            least(greatest(%(on)s::date - oldest_due, {LEAST}), {SURE_LOSS}) AS days
        FROM owing JOIN customers_customer c ON c.id = owing.customer_id
        LEFT JOIN credit_control_creditfile f ON f.customer_id = c.id
        WHERE (%(owner_ids)s::bigint[] IS NULL OR c.sales_owner_id = ANY (%(owner_ids)s))
            AND (%(with_waiting)s OR f.next_contact_on IS NULL OR f.next_contact_on <= %(on)s)
    )
    SELECT customer_id, collector_id, overdue, leads, (overdue - disputed - promised)
        * CASE WHEN leads THEN least(days + {MORE_FOR_LEADS}, {SURE_LOSS}) ELSE days END AS most
    FROM ranked ORDER BY leads DESC, most DESC
"""  # noqa: S608
WORKS = f"""
    {LATE}
    SELECT c.id, %(currency)s::text, c.name, c.number, c.sort_name, f.collector_id, u.name, f.next_contact_on,
        overdue, oldest_due, disputed, promised, %(on)s::date - oldest_due
    FROM owing JOIN customers_customer c ON c.id = owing.customer_id
    LEFT JOIN credit_control_creditfile f ON f.customer_id = c.id LEFT JOIN office_user u ON u.id = f.collector_id
"""  # noqa: S608


class Candidate(NamedTuple):
    """A customer of whom something is late, and the most that can be at risk: what is if they usually pay in time."""

    customer_id: int
    collector_id: int | None
    overdue: Decimal
    leads: bool
    most: Decimal


@dataclass(frozen=True)
class Worklist:
    """Customers of whom something is late; going through it reads as much as is gone through."""

    company: Company
    today: date
    not_kept: dict[int, NotKept]
    candidates: list[Candidate]

    def of(self, collector_id: int | None) -> "Worklist":
        """Those of one collector, or of nobody."""
        theirs = [candidate for candidate in self.candidates if candidate.collector_id == collector_id]
        return replace(self, candidates=theirs)

    @property
    def overdue(self) -> Decimal:
        """What of all of them is late."""
        return sum((candidate.overdue for candidate in self.candidates), Decimal(0))

    def __len__(self) -> int:
        return len(self.candidates)

    def __iter__(self) -> Iterator[Work]:
        """The customers in order."""
        read: list[tuple[tuple[bool, Decimal, str, int], Work]] = []
        for start in range(0, len(self.candidates), BATCH):
            batch = self.candidates[start : start + BATCH]
            foremost = (not batch[0].leads, -batch[0].most)
            while read and read[0][0] < foremost:
                yield heappop(read)[1]
            for work in self._read(batch):
                heappush(read, (work.place, work))
        while read:
            yield heappop(read)[1]

    def find(self, customer_id: int) -> Work | None:
        """One customer of the list."""
        found = [candidate for candidate in self.candidates if candidate.customer_id == customer_id]
        return next(iter(self._read(found)), None)

    def after(self, customer_id: int) -> int | None:
        """The customer who comes after this one; the first, if this one is not in the list."""
        ids = (work.customer_id for work in self)
        is_listed = any(candidate.customer_id == customer_id for candidate in self.candidates)
        while is_listed and next(ids) != customer_id:
            pass
        return next(ids, None)

    def _read(self, candidates: list[Candidate]) -> list[Work]:
        """All that is known of some of them."""
        ids = [candidate.customer_id for candidate in candidates]
        if not ids:
            return []
        asked = {"company_id": self.company.pk, "currency": self.company.currency}
        rows = _rows(WORKS, asked | {"on": self.today, "customer_ids": ids})
        noted, finals, usual = noted_on(self.company, ids), _final_notices(ids), usual_days(ids, self.today)
        bounced = set(standing_bounces().filter(customer_id__in=ids).values_list("customer_id", flat=True))
        held, unapplied = standing_holds(ids), _unapplied(ids)
        return [
            Work(
                *row,
                promises=self._not_kept_by(row[0]).promises,
                plans=self._not_kept_by(row[0]).plans,
                unapplied=unapplied.get(row[0], Decimal(0)),
                usual_days=usual.get(row[0]),
                final_on=finals.get(row[0]),
                is_bounced=row[0] in bounced,
                held=in_words(held.get(row[0], [])),
                noted_on=noted.get(row[0]),
            )
            for row in rows
        ]

    def _not_kept_by(self, customer_id: int) -> NotKept:
        return self.not_kept.get(customer_id, NotKept())


def worklist(
    company: Company, today: date, *, owner_ids: list[int] | None = None, with_waiting: bool = True
) -> Worklist:
    """Every customer of whom something is late, of some owners where given; those who are to be asked again on a later
    day wait."""
    broken = not_kept(company, today)
    asked = {
        "company_id": company.pk,
        "on": today,
        "customer_ids": None,
        "leading": list(broken),
        "owner_ids": owner_ids,
        "with_waiting": with_waiting,
    }
    return Worklist(company, today, broken, [Candidate(*row) for row in _rows(CANDIDATES, asked)])


def _rows(sql: str, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, asked)
        return cursor.fetchall()


def _final_notices(customer_ids: list[int]) -> dict[int, date]:
    """The day of the last final notice to each of these customers."""
    finals = Reminder.objects.filter(customer__in=customer_ids, tone=Tone.FINAL).order_by().values_list("customer")
    return dict(finals.annotate(Max("reminded_on")))


def _unapplied(customer_ids: list[int]) -> dict[int, Decimal]:
    """What of payments and credits settles nothing yet, without sign, in the company's currency."""
    free = OpenItem.objects.filter(customer_id__in=customer_ids, balance__lt=0).order_by()
    carried = -F("balance") * F("company_amount") / F("amount")
    return dict(free.values_list("customer_id").annotate(carried=Sum(carried)))
