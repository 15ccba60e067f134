"""The words of statements, in the language that is now the reader's."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from credit_control.statements.figures import Figures, Movement, OpenLine
from credit_control.statements.reading import PAID_FOR, USED_FOR
from ledger.models import ItemKind
from office.written import plain_day

COLUMNS = {
    "current": gettext_lazy("Not due yet"),
    "days_1_30": gettext_lazy("1–30 days late"),
    "days_31_60": gettext_lazy("31–60 days late"),
    "days_61_90": gettext_lazy("61–90 days late"),
    "over_90": gettext_lazy("Over 90 days late"),
    "unapplied": gettext_lazy("Not applied yet"),
}


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


def agreed_words(line: OpenLine) -> str:
    """When it is to be paid, where that was agreed on and is not the document's day; else nothing."""
    if not line.days:
        return ""
    if len(line.days) == 1:
        return _("Agreed: to be paid by %(day)s.") % {"day": plain_day(line.pay_on)}
    days = {"first": plain_day(line.pay_on), "last": plain_day(line.days[-1][0])}
    return _("Agreed: to be paid in instalments from %(first)s to %(last)s.") % days


def column_words(column: str) -> str:
    """The head of a column of the ageing."""
    return str(COLUMNS[column])
