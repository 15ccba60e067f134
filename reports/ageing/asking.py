"""The forms of the ageing and of its items: from an address to a question and back."""

from itertools import pairwise
from typing import Any

from django import forms

from customers.access import owners_seen
from customers.search import fold
from office.access import companies_for, found
from office.models import Company
from reports.ageing.items import Cell
from reports.ageing.question import (
    BESIDE,
    LATEST_DAY,
    MOST_BUCKETS,
    PER,
    USUAL,
    AgeingQuestion,
    buckets_of,
)
from reports.frame import Asked, DayForm
from reports.frame.question import CurrencyField, MomentField, address

BY = {"due_on": "Due date", "dated_on": "Document date"}
GROUP = "group"
AMOUNTS = {
    "document": "Each document's currency",
    "company": "The company's currency",
    GROUP: "One currency for all companies",
}
LARGEST_ID = 2**63 - 1


def written_edges(edges: tuple[int, ...]) -> str:
    """The last days of buckets, as an address carries them."""
    return ",".join(map(str, edges))


def edges_in(text: str) -> tuple[int, ...]:
    """The last days of buckets as typed. Raises ValidationError in words for what makes no buckets."""
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) <= len(str(LATEST_DAY)) for part in parts):
        raise forms.ValidationError("Write the last day of each bucket, in whole days with commas: 30,60,90.")
    edges = tuple(map(int, parts))
    if len(edges) > MOST_BUCKETS:
        raise forms.ValidationError(f"These are {len(edges)} buckets. There are {MOST_BUCKETS} at most.")
    if not all(1 <= edge <= LATEST_DAY for edge in edges):
        raise forms.ValidationError(f"A bucket ends between 1 and {LATEST_DAY} days.")
    if any(later <= earlier for earlier, later in pairwise(edges)):
        raise forms.ValidationError("Each bucket ends later than the one before it.")
    return edges


class BucketsField(forms.CharField):
    """The last days of buckets, as 30,60,90."""

    def clean(self, value: Any) -> str:
        text = str(super().clean(value))
        return written_edges(edges_in(text)) if text else ""


class QuestionForm(DayForm):
    """Which day, as known when, aged by which date, into which buckets, in which currency, and whose items."""

    by = forms.ChoiceField(label="Aged by", required=False, choices=list(BY.items()))
    buckets = BucketsField(label="Buckets, in days", required=False, max_length=60)
    amounts = forms.ChoiceField(label="Amounts in", required=False, choices=list(AMOUNTS.items()))
    known_at = MomentField(label="As known at")
    q = forms.CharField(label="Customer", required=False, max_length=100)

    def usual(self, company: Company) -> dict[str, Any]:
        return super().usual(company) | {"by": "due_on", "buckets": written_edges(USUAL), "amounts": "document"}


class AgeingForm(QuestionForm):
    """And what a row is."""

    per = forms.ChoiceField(label="By", required=False, choices=list(PER.items()))
    field_order = ["on", "per"]

    def usual(self, company: Company) -> dict[str, Any]:
        return super().usual(company) | {"per": "customer"}


class ItemsForm(QuestionForm):
    """And which figure of the ageing."""

    column = forms.ChoiceField(label="Which", required=False)
    currency = CurrencyField(label="Currency", required=False, max_length=3)
    per = forms.ChoiceField(label="By", required=False, choices=list(PER.items()), widget=forms.HiddenInput)
    part = forms.IntegerField(
        label="Id of the row", required=False, min_value=0, max_value=LARGEST_ID, widget=forms.HiddenInput
    )
    customer = forms.IntegerField(
        label="Id of the customer", required=False, min_value=0, max_value=LARGEST_ID, widget=forms.HiddenInput
    )
    of_company = forms.IntegerField(
        label="Id of the company", required=False, min_value=0, max_value=LARGEST_ID, widget=forms.HiddenInput
    )

    def usual(self, company: Company) -> dict[str, Any]:
        return super().usual(company) | {"per": "customer"}

    def offered(self, company: Company) -> dict[str, list[tuple[str, str]]]:
        """The columns there are, by the buckets that are asked for."""
        try:
            edges = edges_in(str(self.data.get("buckets", "")))
        except forms.ValidationError:
            edges = USUAL
        return {"column": [("", "All"), *columns_of(edges).items()]}


def columns_of(edges: tuple[int, ...]) -> dict[str, str]:
    """Each column that has items of its own, with its name."""
    late = {bucket.key: f"{bucket.name} days late" for bucket in buckets_of(edges)}
    return late | {"current": "Not due", "unapplied": "Unapplied"} | BESIDE


def question_of(asked: Asked) -> AgeingQuestion:
    """The question, within what its reader may see. Raises Http404 for a company that is not theirs."""
    values = asked.values
    company = asked.company
    if values.get("of_company"):
        company = found(companies_for(asked.reader).filter(pk=values["of_company"]), "company")
    return AgeingQuestion(
        company_id=company.pk,
        on=values["on"],
        known_at=values["known_at"],
        by=values["by"],
        owner_ids=owners_seen(asked.reader, company),
        search=fold(values["q"] or "").replace("%", "").replace("_", ""),
        per=values["per"],
        edges=edges_in(values["buckets"]),
        own=company.currency if values["amounts"] in ("company", GROUP) else "",
    )


def cell_of(asked: Asked) -> Cell:
    """Which figure's items are asked for."""
    values = asked.values
    return Cell(values["column"] or "", values["part"], values["customer"], values["currency"] or "")


def question_address(name: str, question: AgeingQuestion, **more: Any) -> str:
    """Where a report is asked the same; what is as usual is left out, but for the day."""
    values = {
        "on": question.on,
        "by": question.by if question.by != "due_on" else "",
        "known_at": question.known_at,
        "q": question.search,
        "per": question.per if question.per != "customer" else "",
        "buckets": written_edges(question.edges) if question.edges != USUAL else "",
        "amounts": "company" if question.own else "",
    }
    return address(name, values | more)
