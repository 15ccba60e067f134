"""The words of the mail that brings a statement."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.mail_words import if_anything_is_wrong
from credit_control.models import Statement
from credit_control.statements.figures import Figures
from credit_control.statements.links import LIFETIME
from credit_control.statements.words import title_of
from office.mail.pieces import EXAMPLE, button, table
from office.mail.texts import Text, TextKind
from office.mail.variables import Look, Value, Variable
from office.models import Company
from office.written import money, plain_day

KIND, COMBINED = "statement", "combined"
VARIABLES = (
    Variable("name", "The reader's name"),
    Variable("company", "Your company's name"),
    Variable("title", "What the paper is called"),
    Variable("day", "The day as of which it is"),
    Variable("nothing", "A sentence where nothing is open"),
    Variable("balances", "The balance and what of it is overdue, by currency, as a table", Look.PIECE),
    Variable("button", "The link to the account as it stands", Look.PIECE),
    Variable("files", "A sentence on what is attached"),
    Variable("phone", "Your phone number"),
)


def stages(company: Company) -> Mapping[str, str]:
    """A statement of one account, or over several."""
    return {"": "Usual", COMBINED: "Over several accounts"}


def default(company: Company, stage: str) -> Text:
    """The built-in words, in the language that is now the reader's."""
    braced = {"day": "{day}"}
    here = _("Here is your statement of account as of %(day)s.") % braced
    if stage == COMBINED:
        here = _("Here is the combined statement of your accounts as of %(day)s.") % braced
    parts = [
        _("Dear %(name)s,") % {"name": "{name}"},
        here + " {nothing}",
        "{balances}",
        "{button}",
        "{files} " + if_anything_is_wrong(company),
        _("Kind regards") + "\n{company}",
    ]
    words = {"document": "{title}", "day": "{day}", "name": "{company}"}
    return Text(_("%(document)s of %(day)s from %(name)s") % words, "\n\n".join(parts))


def values_of(statement: Statement, figures: Figures, name: str, link: str, *, has_excel: bool) -> dict[str, Value]:
    """What a statement's mail is filled in with, in the language that is now the reader's."""
    rows: list[tuple[str, str]] = []
    for total in figures.totals:
        if total.closing:
            label = _("Balance in your favour") if total.closing < 0 else _("Balance")
            rows.append((label, money(abs(total.closing), total.currency)))
        if total.closing and total.overdue:
            rows.append((_("of which overdue"), money(total.overdue, total.currency)))
    files = _("The statement is attached as a PDF.")
    return {
        "name": name,
        "company": statement.printed["seller"]["name"],
        "title": title_of(figures),
        "day": plain_day(statement.on),
        "nothing": "" if rows else _("Nothing is open: there is nothing you need to do."),
        "balances": table(rows),
        "button": _button(link),
        "files": _("The statement is attached as a PDF and as an Excel file.") if has_excel else files,
        "phone": statement.company.phone,
    }


def small_print() -> str:
    """What a reader should know of the link."""
    words = ngettext(
        "The link is meant for you alone and works for %(days)s day. It shows your account as it stands when you look.",
        "The link is meant for you alone and works for %(days)s days. "
        "It shows your account as it stands when you look.",
        LIFETIME.days,
    )
    return words % {"days": LIFETIME.days}


def sample(company: Company, stage: str) -> Mapping[str, Value]:
    """Made-up values, in the language that is now the reader's."""
    day = company.today().replace(day=1)
    total = money(Decimal("1190.00"), company.currency)
    return {
        "name": "Ada Example",
        "company": company.legal_name,
        "title": _("Combined statement of account") if stage == COMBINED else _("Statement of account"),
        "day": plain_day(day),
        "nothing": "",
        "balances": table([(_("Balance"), total), (_("of which overdue"), total)]),
        "button": _button(EXAMPLE),
        "files": _("The statement is attached as a PDF."),
        "phone": company.phone,
    }


def _button(link: str) -> Value:
    see = _("See the account as it stands today")
    return button(link, see, before=f"{see}:")


STATEMENT_TEXT = TextKind(KIND, "Statements", VARIABLES, default, sample, stages)
