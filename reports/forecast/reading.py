"""What a forecast as of a day is made from: only what had happened by the end of that day."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from reports.ageing import AgeingQuestion, open_parts
from reports.forecast.expecting import Debt, Forecast, forecast
from reports.frame.reading import fetched

LOOKS_BACK = timedelta(days=365)
OWN = """(%(owner_ids)s::bigint[] IS NULL
    OR d.customer_id IN (SELECT id FROM customers_customer WHERE sales_owner_id = ANY (%(owner_ids)s)))"""
PAYMENTS = f"""
    SELECT d.customer_id, array_agg(k.dated_on - d.due_on ORDER BY k.dated_on - d.due_on)
    FROM ledger_openitem k
    JOIN ledger_allocation a ON a.credit_id = k.id AND a.reverses_id IS NULL AND a.dated_on <= %(on)s
    JOIN ledger_openitem d ON d.id = a.debit_id AND d.kind IN ('invoice', 'debit_note')
    WHERE k.company_id = %(company_id)s AND k.kind = 'payment' AND k.currency = %(currency)s AND {OWN}
        AND k.dated_on BETWEEN %(since)s AND %(on)s
        AND NOT EXISTS (
            SELECT FROM ledger_allocation u
            WHERE u.reverses_id IS NOT NULL AND u.reverses_id = a.id AND u.dated_on <= %(on)s
        )
    GROUP BY 1
"""  # noqa: S608  our own names
PROMISED = f"""
    SELECT p.item_id, m.pay_on, p.amount
    FROM credit_control_paymentpromise m JOIN credit_control_promiseditem p ON p.promise_id = m.id
    JOIN ledger_openitem d ON d.id = p.item_id
    WHERE m.company_id = %(company_id)s AND m.currency = %(currency)s AND {OWN} AND m.made_on <= %(on)s
        AND m.counts_until > %(on)s AND (m.withdrawn_on IS NULL OR m.withdrawn_on > %(on)s)
    ORDER BY m.pay_on, m.id
"""  # noqa: S608  our own names
CAME = f"""
    WITH paid AS (
        SELECT k.dated_on AS paid_on, d.dated_on AS billed_on, sum(a.amount) AS amount
        FROM ledger_openitem k
        JOIN ledger_allocation a ON a.credit_id = k.id
        JOIN ledger_openitem d ON d.id = a.debit_id AND d.amount > 0
        WHERE k.company_id = %(company_id)s AND k.kind = 'payment' AND k.currency = %(currency)s AND {OWN}
            AND k.dated_on > (SELECT min(day) FROM unnest(%(days)s::date[]) AS day)
        GROUP BY 1, 2
    )
    SELECT s.from_day, s.until, coalesce(sum(p.amount), 0)
    FROM unnest(%(days)s::date[], %(untils)s::date[]) AS s(from_day, until)
    LEFT JOIN paid p ON p.paid_on > s.from_day AND p.paid_on <= s.until AND p.billed_on <= s.from_day
    GROUP BY 1, 2
"""  # noqa: S608  our own names
Span = tuple[date, date]
"""The day as of which was forecast, and the last day that counts."""


@dataclass(frozen=True)
class ForecastQuestion:
    """Whose debts, as of which day, in which currency, and of whose customers."""

    company_id: int
    on: date
    currency: str
    owner_ids: list[int] | None = None

    @property
    def parameters(self) -> dict[str, Any]:
        """What the statements are given."""
        return vars(self) | {"since": self.on - LOOKS_BACK}


@dataclass(frozen=True)
class Owed:
    """The debts of a day, what of all is in dispute and so not expected, and what customers have free."""

    debts: list[Debt]
    disputed: Decimal
    free: Decimal


def owed_on(question: ForecastQuestion) -> Owed:
    """What is owed as of the day."""
    promised: dict[int, list[tuple[date, Decimal]]] = defaultdict(list)
    for item_id, day, amount in fetched(PROMISED, question.parameters):
        promised[item_id].append((day, amount))
    asked = AgeingQuestion(question.company_id, question.on, owner_ids=question.owner_ids)
    parts = open_parts(asked, question.currency)
    free = sum((part.open for part in parts if part.open < 0), Decimal(0))
    held = {part.item_id: part.disputed for part in parts}
    debts = []
    for part in parts:
        if part.open < 0:
            continue
        kept_back = min(held[part.item_id], part.open)
        held[part.item_id] -= kept_back
        days = () if part.is_planned else tuple(promised.pop(part.item_id, ()))
        debts.append(Debt(part.customer_id, part.open - kept_back, part.pay_on, part.is_planned, days))
    disputed = sum((part.open for part in parts if part.open > 0), Decimal(0)) - sum(debt.open for debt in debts)
    return Owed(debts, disputed, free)


def payments_before(question: ForecastQuestion) -> dict[int, list[int]]:
    """How many days after the due day each customer paid in the year before, in order."""
    return dict(fetched(PAYMENTS, question.parameters))


def forecast_on(question: ForecastQuestion) -> tuple[Forecast, Owed]:
    """The forecast as it would have been made at the end of the day, and what it was made from."""
    owed = owed_on(question)
    return forecast(owed.debts, payments_before(question), question.on), owed


def came_in(question: ForecastQuestion, spans: Sequence[Span]) -> dict[Span, Decimal]:
    """What was paid after the first day of each span and up to its last, of what was there on the first.

    The question says of whom and in which currency; its day does not matter.
    """
    days, untils = zip(*spans, strict=True) if spans else ((), ())
    asked = question.parameters | {"days": list(days), "untils": list(untils)}
    return {(on, until): amount for on, until, amount in fetched(CAME, asked, few_groups=True)}
