"""The words of statements, in the language that is now the reader's."""

from django.utils.translation import gettext as _

from credit_control.statements.figures import Figures, Movement, OpenLine
from credit_control.statements.reading import PAID_FOR, USED_FOR
from ledger.models import ItemKind


def title_of(figures: Figures) -> str:
    """What the paper is called; one over several accounts says so."""
    return _("Combined statement of account") if figures.is_combined else _("Statement of account")


def kind_words(kind: str) -> str:
    """What moved the account."""
    if kind == PAID_FOR:
        return _("Paid for you by another")
    if kind == USED_FOR:
        return _("Used for another")
    return str(ItemKind(kind).label)


def paper_of(row: Movement | OpenLine) -> str:
    """The document or payment as a row names it."""
    return f"{kind_words(row.kind)} {row.reference}".strip()


def column_words(column: str) -> str:
    """The head of a column of the ageing."""
    return {
        "current": _("Not due yet"),
        "days_1_30": _("1–30 days late"),
        "days_31_60": _("31–60 days late"),
        "days_61_90": _("61–90 days late"),
        "over_90": _("Over 90 days late"),
        "unapplied": _("Not applied yet"),
    }[column]
