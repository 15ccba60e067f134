"""The items behind a figure of the provision: so many days late, in a currency, judged by nobody."""

from decimal import Decimal
from typing import Any

from django import forms
from django.urls import reverse

from credit_control.doubtful import KINDS
from credit_control.doubtful_sql import OWED
from credit_control.providing import band_words
from office.models import Company
from office.written import plain_day
from reports.frame import Answer, Asked, Column, DayForm, Report, Row, Table
from reports.frame.question import CurrencyField
from reports.frame.reading import fetched
from reports.registers import Place, paged

MOST_DAYS = 100_000
COLUMNS = (
    Column("reference", "Document"),
    Column("customer", "Customer"),
    Column("due_on", "Due", "day"),
    Column("days_late", "Days late", "number"),
    Column("open", "Open", "money", adds=True),
    Column("disputed", "Disputed", "money", adds=True),
    Column("undisputed", "Not disputed", "money", adds=True),
)
CHOSEN = f"""
    WITH {OWED}, chosen AS MATERIALIZED (
        SELECT * FROM aged WHERE is_debt AND specific IS NULL
            AND days_late BETWEEN %(days_from)s AND %(days_to)s AND (%(currency)s = '' OR currency = %(currency)s)
    )
"""  # noqa: S608  our own texts
PAGE_OF = f"""
    {CHOSEN}, shown AS MATERIALIZED (
        SELECT * FROM chosen WHERE (due_on, id) > (%(after_day)s, %(after_id)s) ORDER BY due_on, id LIMIT %(limit)s
    )
    SELECT s.id, s.due_on, s.entry_id, s.reference, s.currency, c.id, c.name, s.days_late, s.open, s.disputed
    FROM shown s JOIN customers_customer c ON c.id = s.customer_id ORDER BY s.due_on, s.id
"""  # noqa: S608  our own texts
SUMS = f"""
    {CHOSEN} SELECT currency, count(*), sum(open), sum(disputed) FROM chosen GROUP BY currency ORDER BY currency
"""  # noqa: S608  our own texts


class ItemsForm(DayForm):
    """As of which day, from how many days late to how many, and in which currency."""

    days_from = forms.IntegerField(label="Days late from", required=False, min_value=0, max_value=MOST_DAYS)
    days_to = forms.IntegerField(label="Days late until", required=False, min_value=0, max_value=MOST_DAYS)
    currency = CurrencyField(label="Currency", required=False, max_length=3)

    def usual(self, company: Company) -> dict[str, Any]:
        return super().usual(company) | {"days_from": 0}


def answer(asked: Asked) -> Answer:
    """The items, those first that are late for longest."""
    values = asked.values
    parameters = {
        "company_id": asked.company.pk,
        "on": values["on"],
        "owner_ids": asked.owner_ids,
        "kinds": [str(kind) for kind in KINDS],
        "days_from": values["days_from"],
        "days_to": MOST_DAYS if values["days_to"] is None else values["days_to"],
        "currency": values["currency"] or "",
    }
    rows, following = paged(asked, PAGE_OF, parameters, _item)
    feet = [
        Row({"reference": f"{count} together", **_amounts(opened, disputed)}, currency)
        for currency, count, opened, disputed in fetched(SUMS, parameters, few_groups=True)
    ]
    words = band_words(values["days_from"], values["days_to"])
    return Answer(
        f"What was open on {plain_day(values['on'])} and is provided for by its age: {words[0].lower()}{words[1:]}."
        " What was judged by hand stands on the provision itself.",
        [Table("Items", COLUMNS, rows, feet, following, empty="Nothing so late was owed on that day.")],
    )


def _amounts(opened: Decimal, disputed: Decimal) -> dict[str, Decimal]:
    return {"open": opened, "disputed": disputed, "undisputed": opened - disputed}


def _item(values: tuple[Any, ...]) -> tuple[Row, Place]:
    item_id, due_on, entry_id, reference, currency, customer_id, customer, days_late, opened, disputed = values
    row = Row(
        {
            "reference": reference or "Entry",
            "customer": customer,
            "due_on": due_on,
            "days_late": days_late,
            **_amounts(opened, disputed),
        },
        currency,
        {"reference": reverse("paper", args=[entry_id]), "customer": reverse("customers:customer", args=[customer_id])},
    )
    return row, (due_on, item_id)


PROVISION_ITEMS = Report(
    "provision-items",
    "Items of the provision",
    "What is provided for by its age, item by item.",
    "What is owed",
    ItemsForm,
    answer,
    "list",
)
