"""How a reminder is worded: the built-in words of each tone, and what fills them in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from billing.mail_words import if_anything_is_wrong, sample_number
from credit_control.models import Tone
from office.mail.pieces import EXAMPLE, table
from office.mail.texts import Text, TextKind
from office.mail.variables import Look, Piece, Value, Variable
from office.models import Company
from office.written import money, plain_day

if TYPE_CHECKING:
    from credit_control.reminders.letter import Part, ReminderLetter

KIND = "reminder"
VARIABLES = (
    Variable("name", "The reader's name"),
    Variable("company", "Your company's name"),
    Variable("day", "By when the money is awaited"),
    Variable("total", "What is to be paid, by currency", Look.STRONG),
    Variable("items", "What is open, with links, as a table", Look.PIECE),
    Variable("charges", "A sentence on interest and fees so far, where there are some"),
    Variable("how_to_pay", "Account and reference, as a table", Look.PIECE),
    Variable("phone", "Your phone number"),
)
REQUIRED = frozenset({"items"})


@dataclass(frozen=True)
class Words:
    """Its title, what it says before the list of items, and what it asks for."""

    title: str
    opening: str
    request: str


def words_of(tone: str, day: str) -> Words:
    """The built-in words of a tone, in the language that is now the reader's; `day` is by when money is awaited."""
    return {
        Tone.NOTICE: Words(
            _("Soon due"),
            _("This is only a friendly note: what stands below is due soon."),
            _("Please pay it by its due day."),
        ),
        Tone.FIRST: Words(
            _("Payment reminder"),
            _("Perhaps it escaped you: what stands below is past its due day, and we have not received it yet."),
            _("Please pay it by %(day)s.") % {"day": day},
        ),
        Tone.SECOND: Words(
            _("Second payment reminder"),
            _("We have reminded you before, and what stands below is still open."),
            _("Please pay it by %(day)s, or tell us what keeps you from it.") % {"day": day},
        ),
        Tone.FINAL: Words(
            _("Final notice"),
            _("In spite of our reminders, what stands below is still open."),
            _("Please pay it by %(day)s. After that day we hand the matter on without writing again.") % {"day": day},
        ),
    }[Tone(tone)]


def default(company: Company, stage: str) -> Text:
    """The built-in text of a tone."""
    words = words_of(stage, "{day}")
    parts = [
        _("Dear %(name)s,") % {"name": "{name}"},
        words.opening,
        "{items}",
        words.request,
        "{charges}",
        "{how_to_pay}",
        _("If you have paid already, please take this as settled, with our thanks.")
        + " "
        + if_anything_is_wrong(company),
        _("Kind regards") + "\n{company}",
    ]
    return Text(_("%(document)s from %(name)s") % {"document": words.title, "name": "{company}"}, "\n\n".join(parts))


def values_of(letter: "ReminderLetter", name: str, links: Mapping[int, str]) -> dict[str, Value]:
    """What a reminder is filled in with, in the language that is now the reader's; `links` by invoice."""
    company = letter.reminder.company
    return {
        "name": name,
        "company": company.legal_name,
        "day": plain_day(letter.pay_by),
        "total": " + ".join(money(part.total, part.currency) for part in letter.parts),
        "items": items([row for part in letter.parts for row in _rows(part, links)]),
        "charges": " ".join(charges_words(part, letter) for part in letter.parts if part.charges),
        "how_to_pay": table([row for part in letter.parts for row in _pay_rows(part)]),
        "phone": company.phone,
    }


def charges_words(part: "Part", letter: "ReminderLetter") -> str:
    """What paying late came to so far."""
    return _("Interest and fees for paying late, up to %(day)s and not charged yet: %(amount)s.") % {
        "day": plain_day(letter.today),
        "amount": money(part.charges, part.currency),
    }


def items(rows: Sequence[tuple[str, str, str, str]]) -> Piece:
    """Rows of what, a remark, the amount, and a link or none; the last is the sum."""
    html = render_to_string("credit_control/mail/_items.html", {"rows": rows})
    lines = []
    for what, remark, amount, link in rows:
        lines += [f"{what}{', ' if remark else ''}{remark}: {amount}", *([link] if link else [])]
    return Piece("\n".join(lines), html)


def _rows(part: "Part", links: Mapping[int, str]) -> list[tuple[str, str, str, str]]:
    rows = [
        (
            f"{row.item.get_kind_display()} {row.item.reference}",
            _("due %(day)s") % {"day": plain_day(row.due_on)},
            money(row.amount, part.currency),
            links.get(row.invoice.pk, "") if row.invoice else "",
        )
        for row in part.rows
    ]
    if part.free:
        rows.append((_("Less your free credit"), "", money(-part.free, part.currency), ""))
    return [*rows, (_("To pay"), "", money(part.total, part.currency), "")]


def _pay_rows(part: "Part") -> list[tuple[str, str]]:
    rows = []
    for account in part.accounts:
        rows += [(_("Payee"), account["holder"]), (_("Account"), account["iban"])]
        rows += [("BIC", account["bic"])] if account["bic"] else []
    return [*rows, (_("Reference"), part.reference)] if rows else []


def sample(company: Company, stage: str) -> Mapping[str, Value]:
    """Made-up values, in the language that is now the reader's."""
    today = company.today()
    total, number = money(Decimal("1190.00"), company.currency), sample_number(today)
    due = _("due %(day)s") % {"day": plain_day(today - timedelta(days=8))}
    return {
        "name": "Ada Example",
        "company": company.legal_name,
        "day": plain_day(today + timedelta(days=7)),
        "total": total,
        "items": items([(number, due, total, EXAMPLE), (_("To pay"), "", total, "")]),
        "charges": "",
        "how_to_pay": table([(_("Payee"), company.legal_name), (_("Reference"), number)]),
        "phone": company.phone,
    }


def stages(company: Company) -> Mapping[str, str]:
    """The tones, each with its texts."""
    return {tone.value: str(tone.label) for tone in Tone}


REMINDER_TEXT = TextKind(KIND, "Reminders", VARIABLES, default, sample, stages, required=REQUIRED)
