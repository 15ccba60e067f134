"""Registers: every movement of the customers' debts, and every allocation, one row for each, in the order of days."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from typing import Any

from django import forms
from django.urls import reverse

from office.web.fields import typed_id
from office.written import plain_day
from reports.frame import Answer, Asked, Column, DaysForm, Report, Row, Table
from reports.frame.question import CurrencyField
from reports.frame.reading import fetched, streamed
from reports.movements import FAMILIES, NOT_COMPARED, Days, movements_sql, named_movements_sql, proofs


class MovementsForm(DaysForm):
    """Which days, and which movements."""

    what = forms.ChoiceField(label="What", required=False, choices=[("", "Everything"), *FAMILIES.items()])
    currency = CurrencyField(label="Currency", required=False, max_length=3)
    customer = forms.CharField(label="Customer's number", required=False, max_length=30)


Place = tuple[date, int]
"""Where a row stands: by its day, then its id."""
START: Place = (date.min, 0)


def place_of(mark: str) -> Place:
    """The place that a mark names; the start for a mark that is not ours."""
    try:
        day, number = urlsafe_b64decode(mark).decode().split(":")
        return date.fromisoformat(day), typed_id(number) or 0
    except ValueError:
        return START


def mark_of(place: Place) -> str:
    """A place as an address carries it."""
    day, number = place
    return urlsafe_b64encode(f"{day.isoformat()}:{number}".encode()).decode()


MOVEMENT_COLUMNS = (
    Column("reference", "Number"),
    Column("dated_on", "Day", "day"),
    Column("what", "What"),
    Column("customer", "Customer"),
    Column("number", "Customer's number"),
    Column("who", "Entered by"),
    Column("amount", "Amount", "money", adds=True),
    Column("company_amount", "In the company's currency", "company_money"),
)
CHOSEN = """
    SELECT * FROM ({movements}) AS m
    WHERE (%(what)s = '' OR m.family = %(what)s) AND (%(currency)s = '' OR m.currency = %(currency)s)
        AND (%(customer)s = '' OR m.customer_id IN (
            SELECT id FROM customers_customer WHERE company_id = %(company_id)s AND number = %(customer)s))
"""
PAGE_OF = """
    WITH shown AS MATERIALIZED (
        SELECT * FROM ({chosen}) AS chosen WHERE (dated_on, id) > (%(after_day)s, %(after_id)s)
        ORDER BY dated_on, id LIMIT %(limit)s
    )
    SELECT x.id, x.dated_on, x.entry_id, x.family, x.reference, x.currency, c.id, c.name, c.number,
           coalesce(nullif(u.name, ''), u.email, ''), x.amount, x.company_amount
    FROM shown x JOIN customers_customer c ON c.id = x.customer_id LEFT JOIN office_user u ON u.id = x.by_id
    ORDER BY x.dated_on, x.id
"""
SUMS = """
    SELECT currency, count(*), sum(amount), sum(company_amount) FROM ({chosen}) AS chosen
    GROUP BY currency ORDER BY currency
"""


def movements(asked: Asked) -> Answer:
    """Every movement of the days, with the sums of all; compared with the book where nothing is left out."""
    days = Days.of(asked)
    chosen = {name: asked.values[name] or "" for name in ("what", "currency", "customer")}
    page = PAGE_OF.format(chosen=CHOSEN.format(movements=named_movements_sql()))
    rows, following = paged(asked, page, days.parameters | chosen, _movement)
    sums = fetched(
        SUMS.format(chosen=CHOSEN.format(movements=movements_sql())), days.parameters | chosen, few_groups=True
    )
    is_whole = days.owner_ids is None and not any(chosen.values())
    return Answer(
        f"What raised and what lowered the customers' debts from {plain_day(days.first_day)} to "
        f"{plain_day(days.last_day)}, one by one.",
        [Table(FAMILIES.get(chosen["what"], "Movements"), MOVEMENT_COLUMNS, rows, _foot(sums), following)],
        proofs(days, {currency: amount for currency, _, amount, _ in sums}) if is_whole else [],
        not_compared="" if is_whole else NOT_COMPARED,
    )


def _foot(sums: list[tuple[Any, ...]]) -> list[Row]:
    return [
        Row({"reference": f"{count} together", "amount": amount, "company_amount": own}, currency)
        for currency, count, amount, own in sums
    ]


def _movement(values: tuple[Any, ...]) -> tuple[Row, Place]:
    item_id, day, entry_id, family, reference, currency, customer_id, name, number, who, amount, own = values
    row = Row(
        {
            "reference": reference or "Entry",
            "dated_on": day,
            "what": FAMILIES[family],
            "customer": name,
            "number": number,
            "who": who,
            "amount": amount,
            "company_amount": own,
        },
        currency,
        {"reference": reverse("paper", args=[entry_id]), "customer": reverse("customers:customer", args=[customer_id])},
    )
    return row, (day, item_id)


Make = Callable[[tuple[Any, ...]], tuple[Row, Place]]


def paged(asked: Asked, sql: str, parameters: Mapping[str, Any], make: Make) -> tuple[Iterable[Row], str]:
    """The rows after the question's place, and the mark of the next page; for files all rows, while they are read."""
    place = dict(zip(("after_day", "after_id"), place_of(asked.after), strict=True))
    if asked.limit is None:
        return (make(values)[0] for values in streamed(sql, {**parameters, **place, "limit": None})), ""
    found = [make(values) for values in fetched(sql, {**parameters, **place, "limit": asked.limit + 1})]
    has_more = len(found) > asked.limit
    return [row for row, _ in found[: asked.limit]], mark_of(found[asked.limit - 1][1]) if has_more else ""


ALLOCATION_COLUMNS = (
    Column("debit", "Settled"),
    Column("credit", "By"),
    Column("dated_on", "Day", "day"),
    Column("customer", "Customer"),
    Column("who", "Who"),
    Column("why", "Why"),
    Column("amount", "Amount", "money", adds=True),
)
OF_DAYS = """
    FROM ledger_allocation a JOIN ledger_openitem d ON d.id = a.debit_id
    WHERE a.dated_on BETWEEN %(first_day)s AND %(last_day)s AND d.company_id = %(company_id)s
        AND (%(owner_ids)s::bigint[] IS NULL
            OR d.customer_id IN (SELECT id FROM customers_customer WHERE sales_owner_id = ANY (%(owner_ids)s)))
"""
ALLOCATION_PAGE = f"""
    WITH shown AS MATERIALIZED (
        SELECT a.*, d.currency, d.customer_id, d.entry_id AS debit_entry, d.reference AS debit {OF_DAYS}
            AND (a.dated_on, a.id) > (%(after_day)s, %(after_id)s)
        ORDER BY a.dated_on, a.id LIMIT %(limit)s
    )
    SELECT x.id, x.dated_on, x.amount, x.reason, x.currency, c.id, c.name, x.debit_entry, x.debit, k.entry_id,
           k.reference, coalesce(nullif(u.name, ''), u.email, '')
    FROM shown x JOIN ledger_openitem k ON k.id = x.credit_id JOIN customers_customer c ON c.id = x.customer_id
    LEFT JOIN office_user u ON u.id = x.by_id ORDER BY x.dated_on, x.id
"""  # noqa: S608  our own names
ALLOCATION_SUMS = f"SELECT d.currency, count(*), sum(a.amount) {OF_DAYS} GROUP BY 1 ORDER BY 1"


def allocations(asked: Asked) -> Answer:
    """Every allocation of the days: what was settled, by what, by whom; an undone one stands as its mirror."""
    days = Days.of(asked)
    rows, following = paged(asked, ALLOCATION_PAGE, days.parameters, _allocation)
    foot = [
        Row({"debit": f"{count} together", "amount": amount}, currency)
        for currency, count, amount in fetched(ALLOCATION_SUMS, days.parameters, few_groups=True)
    ]
    return Answer(
        f"What was settled by what from {plain_day(days.first_day)} to {plain_day(days.last_day)}; what was undone "
        "stands below zero.",
        [Table("Allocations", ALLOCATION_COLUMNS, rows, foot, following)],
    )


def _allocation(values: tuple[Any, ...]) -> tuple[Row, Place]:
    number, day, amount, reason, currency, customer_id, name, debit_entry, debit, credit_entry, credit, who = values
    row = Row(
        {
            "dated_on": day,
            "customer": name,
            "debit": debit,
            "credit": credit,
            "who": who,
            "why": reason,
            "amount": amount,
        },
        currency,
        {
            "customer": reverse("customers:customer", args=[customer_id]),
            "debit": reverse("paper", args=[debit_entry]),
            "credit": reverse("paper", args=[credit_entry]),
        },
    )
    return row, (day, number)


MOVEMENTS = Report(
    "movements",
    "Register of movements",
    "Invoices, credit memos, receipts, refunds and write-offs, one by one, equal to the receivable account.",
    "Registers",
    MovementsForm,
    movements,
    "list",
)
ALLOCATIONS = Report(
    "allocations",
    "Register of allocations",
    "Which payment or credit settled which document, when and by whom.",
    "Registers",
    DaysForm,
    allocations,
    "arrows-join",
)
