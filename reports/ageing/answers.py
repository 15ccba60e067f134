"""The ageing and the list of open items, as reports."""

from datetime import date
from typing import Any

from django.urls import reverse

from ledger.models import ItemKind
from office import written
from office.written import plain_day, plain_moment
from reports.ageing.asking import (
    BY,
    AgeingForm,
    ItemsForm,
    cell_of,
    columns_of,
    question_address,
    question_of,
)
from reports.ageing.found import is_id, of_companies, of_one, proofs_of
from reports.ageing.items import AgedItem, Cell, ItemSum, items_and_sums
from reports.ageing.items import Place as ItemPlace
from reports.ageing.question import BESIDE, DISPUTED, PER, PLANNED, PROMISED, TOTAL, AgeingQuestion
from reports.ageing.reading import AgeingRow, control_on
from reports.ageing.sql import PARTS, TOGETHER, part_name_sql
from reports.frame import Act, Answer, Asked, Chart, Column, Report, Row, Table
from reports.frame.reading import fetched

ITEMS_FOOT = "The items add up to the receivable account"
NUMBERED = dict.fromkeys(("customer", "parent"), "Customer's number")
"""What a row says beside its name, by what it is."""
PART_OF_THE_BOOK = "A part of the book: not compared with the receivable account."


def answer_ageing(asked: Asked) -> Answer:
    """A row for each customer, or what else is asked, and currency; each figure leads to its items."""
    question = question_of(asked)
    found = of_companies(asked, question) if question.per == "company" else of_one(asked, question)
    own_first = sorted(found.totals, key=lambda row: row.currency != asked.company.currency)
    columns = (
        Column("name", PER[question.per]),
        *(Column(key, label, "money", adds=True, dash=True) for key, label in question.columns.items()),
        Column(TOTAL, "Total", "money", adds=True),
        *(Column(key, label, "money", adds=True, dash=True) for key, label in BESIDE.items()),
    )
    is_page = asked.limit is not None
    rows = [_row(question, row) if is_page else Row(_values(row), row.currency, note=row.number) for row in found.rows]
    foot = [_row(question, row, "Together") for row in own_first]
    title = f"Ageing by {PER[question.per].lower()}"
    empty = "Nothing was open on that day."
    return Answer(
        f"What customers owed at the end of {_when(question)}, by how late it was by {BY[question.by].lower()}."
        f"{found.said}",
        [Table(title, columns, rows, foot, found.next, empty=empty, notes=NUMBERED.get(question.per, ""))],
        found.proofs,
        charts=[Chart(f"Owed by age, {row.currency}", bars(question, row), row.currency) for row in own_first],
        not_compared="" if question.is_whole else PART_OF_THE_BOOK,
    )


def _when(question: AgeingQuestion) -> str:
    known = f", as known at {plain_moment(question.known_at)}" if question.known_at else ""
    return f"{plain_day(question.on)}{known}"


def _values(row: AgeingRow, name: str = "") -> dict[str, Any]:
    beside = {DISPUTED: row.disputed, PLANNED: row.planned, PROMISED: row.promised}
    return {"name": name or row.name, **row.columns, TOTAL: row.total, **beside}


def _row(question: AgeingQuestion, row: AgeingRow, name: str = "") -> Row:
    """A row with the addresses of the items behind each figure."""
    values = _values(row, name)
    urls: dict[str, str] = {}
    if items := _items_address(question, row):
        urls = {key: f"{items}&column={key}" for key, amount in values.items() if key != "name" and amount}
        urls[TOTAL] = items
    if question.per in ("customer", "parent") and row.id > 0:
        urls["name"] = reverse("customers:customer", args=[row.id])
    return Row(values, row.currency, urls, row.number)


def _items_address(question: AgeingQuestion, row: AgeingRow) -> str:
    """Where the items of a row are listed: in the company's currency all together, and of one company alone."""
    is_together = row.id == TOGETHER
    if question.per == "company" and (is_together or row.is_converted):
        return ""
    more: dict[str, Any] = {} if question.own else {"currency": row.currency}
    if question.per not in PARTS:
        more["per"] = ""
    if not is_together:
        named = {
            "customer": ("customer", row.id),
            "company": ("of_company", row.id),
            "currency": ("currency", row.name),
        }
        name, value = named.get(question.per, ("part", row.id))
        more[name] = value
    return question_address("open-items", question, **more)


def bars(question: AgeingQuestion, row: AgeingRow) -> list[dict[str, Any]]:
    """The columns of a total as bars, each leading to its items."""
    items = _items_address(question, row)
    return [
        {
            "label": question.columns[key],
            "amount": amount,
            "colour": _colour(question, place),
            "url": items and f"{items}&column={key}",
        }
        for place, (key, amount) in enumerate(row.columns.items())
    ]


def _colour(question: AgeingQuestion, place: int) -> str:
    """The later, the redder: of four colours for what is late."""
    late = len(question.buckets) - 1
    if place > late:
        return "accent"
    return "age-0" if not place else f"age-{1 + round(3 * (place - 1) / (late - 1))}"


ITEM_COLUMNS = (
    Column("reference", "Paper"),
    Column("kind", "What"),
    Column("customer", "Customer"),
    Column("dated_on", "Date", "day"),
    Column("due_on", "Due", "day"),
    Column("pay_on", "To be paid", "day"),
    Column("age", "Days late", "number"),
)
ITEM_SUMS = (
    Column("value", "Open then", "money", adds=True),
    *(Column(key, label, "money", adds=True, dash=True) for key, label in BESIDE.items()),
)


def answer_items(asked: Asked) -> Answer:
    """The items of a day that one figure of the ageing adds up, or all."""
    question, cell = question_of(asked), cell_of(asked)
    found, sums = items_and_sums(question, cell, _item_place(asked.after), asked.limit)
    items = found[: asked.limit]
    amount = Column("amount", "In its currency") if question.own else Column("amount", "Amount", "money")
    is_all = question.is_whole and cell == Cell()
    return Answer(
        f"Open items as they stood at the end of {_when(question)}{_of_whom(question, cell)}.",
        [
            Table(
                _title(question, cell),
                (*ITEM_COLUMNS, amount, *ITEM_SUMS),
                [_item(question, item) for item in items],
                [_sum(each) for each in sums],
                _item_mark(items[-1].place) if len(found) > len(items) else "",
                empty="Nothing stood open here.",
            )
        ],
        proofs_of({each.currency: each.value for each in sums}, control_on(question), ITEMS_FOOT) if is_all else [],
        not_compared="" if is_all else PART_OF_THE_BOOK,
        acts=[Act("Ageing", question_address("ageing", question))],
    )


def _title(question: AgeingQuestion, cell: Cell) -> str:
    return f"{columns_of(question.edges)[cell.column]}: open items" if cell.column else "Open items"


def _of_whom(question: AgeingQuestion, cell: Cell) -> str:
    """Whose they are, where they are not everybody's; nobody is told a name that they may not see."""
    parts = {question.per: cell.part_id} if question.per in PARTS else {}
    words = []
    for per, part_id in {**parts, "customer": cell.customer_id}.items():
        if part_id is not None:
            named = fetched(part_name_sql(per), question.parameters | {"part_id": part_id})
            words.append(f"{PER[per].lower()} {named[0][0] if named else 'unknown'}")
    if cell.currency:
        words.append(f"in {cell.currency}")
    return "".join(f", {each}" for each in words)


def _item(question: AgeingQuestion, item: AgedItem) -> Row:
    values = {
        "reference": item.reference or "Entry",
        "kind": ItemKind(item.kind).label,
        "customer": item.customer,
        "dated_on": item.dated_on,
        "due_on": item.due_on,
        "pay_on": item.pay_on,
        "age": item.age if item.open > 0 else None,
        "amount": written.money(item.open, item.currency) if question.own else item.amount,
        "value": item.value,
        DISPUTED: item.disputed,
        PLANNED: item.planned,
        PROMISED: item.promised,
    }
    urls = {
        "reference": reverse("paper", args=[item.entry_id]),
        "customer": reverse("customers:customer", args=[item.customer_id]),
    }
    return Row(values, question.own or item.currency, urls)


def _sum(each: ItemSum) -> Row:
    return Row({"reference": "Together", **each._asdict()}, each.currency)


def _item_mark(place: ItemPlace) -> str:
    sort_name, customer_id, day, item_id, pay_on, is_planned = place
    return f"{customer_id}:{day}:{item_id}:{pay_on}:{int(is_planned)}:{sort_name}"


def _item_place(mark: str) -> ItemPlace | None:
    parts = mark.split(":", 5)
    if len(parts) < 6 or not (is_id(parts[0]) and is_id(parts[2])):
        return None
    try:
        days = [date.fromisoformat(parts[place]) for place in (1, 3)]
    except ValueError:
        return None
    return parts[5], int(parts[0]), days[0], int(parts[2]), days[1], parts[4] == "1"


AGEING = Report(
    "ageing",
    "Ageing",
    "What customers owe on any day, by how late it is, per customer, group, owner, collector, company or currency.",
    "What is owed",
    AgeingForm,
    answer_ageing,
    "hourglass",
)
OPEN_ITEMS = Report(
    "open-items",
    "Open items",
    "Every document and payment that stood open on a day, and how much of it.",
    "What is owed",
    ItemsForm,
    answer_items,
    "list",
)
