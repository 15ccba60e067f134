"""How the values of an answer are written for people."""

from decimal import Decimal
from typing import Any

from django.utils.safestring import SafeString

from ledger.money import round_money
from office import written
from office.templatetags import ui
from reports.frame.spec import Column, Figure, Proof, Row

UNITS = {"days": " days", "percent": " %", "times": " times", "ratio": ""}


def words(column: Column, row: Row, own: str) -> SafeString | str:
    """A value as its reader sees it; `own` is the company's currency."""
    value = row.values.get(column.key)
    if value is None or (column.dash and not value):
        return written.NOTHING if column.key in row.values else ""
    if column.kind in ("money", "company_money"):
        return written.money(value, row.currency if column.kind == "money" else own)
    if column.kind == "percent":
        return f"{written.quantity(value)} %"
    if column.kind == "number":
        return written.quantity(value)
    if column.kind == "day":
        return ui.day(value)
    if column.kind == "period":
        return written.plain_period(value)
    return ui.moment(value) if column.kind == "moment" else str(value)


def plain(column: Column, row: Row, own: str) -> Any:
    """A value for files and programs: amounts in their currency's places, other figures in as many as they need."""
    value = row.values.get(column.key)
    if not isinstance(value, Decimal):
        return value
    if column.kind in ("money", "company_money"):
        return round_money(value, row.currency if column.kind == "money" else own)
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()


def verdict(proof: Proof) -> str:
    """What a proof came to."""
    return "differs: run the book check" if proof.difference else "agrees"


def proof_words(proof: Proof) -> str:
    """What was compared and what it came to."""
    if not proof.difference:
        return f"{proof.words} ({proof.currency})."
    return f"{proof.words}: {verdict(proof)}. The difference is {written.money(proof.difference, proof.currency)}."


def figure_words(figure: Figure) -> str:
    """A measure with its unit; a dash where it cannot be worked out."""
    return written.NOTHING if figure.value is None else f"{written.quantity(figure.value)}{UNITS[figure.unit]}"
