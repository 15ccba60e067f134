"""What a reminder says today: its items as the book has them now, what they come to, and how to pay."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from hashlib import sha256

from django.utils.translation import override

from billing.models import Invoice
from billing.payment_codes.epc import codes_for
from billing.printed import accounts_of, parties_of
from credit_control.due_days import due_days
from credit_control.models import Channel, Reminder, ReminderItem, ReminderPdf
from credit_control.proposals import proposals_for
from credit_control.reminders.free import free_beside
from credit_control.reminders.pauses import read_pauses
from credit_control.reminders.words import Words, charges_words, words_of
from ledger.models import OpenItem
from ledger.present import present
from office.languages import as_written_in
from office.papers import paper_page, render_pdf
from office.papers.page import logo_now
from office.written import plain_day

ZERO = Decimal(0)
TIME_TO_PAY = timedelta(days=7)


@dataclass(frozen=True)
class Row:
    """An item as the letter lists it."""

    item: OpenItem
    due_on: date
    days_late: int
    amount: Decimal
    invoice: Invoice | None


@dataclass
class Part:
    """What is asked for in one currency: its items, less free credit, and where to pay."""

    currency: str
    rows: list[Row]
    free: Decimal
    accounts: list[dict[str, str]]
    code: str = ""
    charges: Decimal = ZERO
    """Interest and fees that came up so far and are not charged yet."""

    @property
    def total(self) -> Decimal:
        return sum((row.amount for row in self.rows), ZERO) - self.free

    @property
    def reference(self) -> str:
        """What to name when paying: the documents' numbers."""
        return ", ".join(dict.fromkeys(row.item.reference for row in self.rows))


@dataclass
class ReminderLetter:
    """A reminder as it stands on a day."""

    reminder: Reminder
    today: date
    parts: list[Part]
    words: Words
    dropped: dict[int, str] = field(default_factory=dict)

    @property
    def pay_by(self) -> date:
        """By when the money is awaited."""
        return self.today + TIME_TO_PAY

    @property
    def rows(self) -> list[Row]:
        return [row for part in self.parts for row in part.rows]


def language_of(reminder: Reminder) -> str:
    """The customer's language, as the company's country writes it."""
    return as_written_in(reminder.customer.language, reminder.company.country)


def letter_of(reminder: Reminder) -> ReminderLetter:
    """The reminder with what of it is still to be asked for today, in the language that is now the reader's.

    `dropped` says of its other items, by the id of their row, why they are not.
    """
    today = reminder.company.today()
    lines = list(reminder.items.filter(dropped="").select_related("item"))
    items = [line.item for line in lines]
    pauses, due = read_pauses(reminder.company, items, today), due_days(items)
    invoices = {each.entry_id: each for each in Invoice.objects.filter(entry__in=[item.entry_id for item in items])}
    letter = ReminderLetter(reminder, today, [], words_of(reminder.tone, plain_day(today + TIME_TO_PAY)))
    by_currency: dict[str, list[Row]] = defaultdict(list)
    for line in lines:
        item = line.item
        if why := pauses.why(item):
            letter.dropped[line.pk] = why
        else:
            late = (today - due[item.pk]).days
            invoice = invoices.get(item.entry_id)
            by_currency[item.currency].append(Row(item, due[item.pk], max(late, 0), pauses.asked(item), invoice))
    accounts = accounts_of(reminder.company)
    free = free_beside([reminder.customer_id], reminder.reminded_on, before=reminder).get(reminder.customer_id, {})
    for currency, rows in sorted(by_currency.items()):
        part = Part(
            currency, rows, free.get(currency, ZERO), [each for each in accounts if each["currency"] == currency]
        )
        if part.total > 0:
            letter.parts.append(part)
        else:
            letter.dropped |= {_line_of(lines, row): "They have free credit for it." for row in rows}
    _add_charges(letter)
    for part in letter.parts:
        part.code = _code(part)
    return letter


def page_of(letter: ReminderLetter) -> str:
    """The letter as well-formed HTML, in the language that is now the reader's."""
    reminder, company = letter.reminder, letter.reminder.company
    title = letter.words.title
    context = {
        "title": title,
        "running": f"{title} {plain_day(letter.today)}",
        "created": reminder.created_at,
        "letter": letter,
        "charges": [(part, charges_words(part, letter)) for part in letter.parts if part.charges],
        "reminder": reminder,
        "printed": parties_of(company, reminder.customer),
    }
    return paper_page("credit_control/pdf/reminder.html", context, logo_now(company))


def pdf_of(letter: ReminderLetter) -> bytes:
    """The letter as a PDF. Raises PdfUnavailable where none can be made now."""
    with override(language_of(letter.reminder)):
        page = page_of(letter)
    return render_pdf(page, identifier=f"reminder {letter.reminder.pk} {letter.today}")


def letter_as_posted(reminder: Reminder) -> bytes:
    """The letter as it stands now; one that goes by post is kept as it was first made. Raises PdfUnavailable."""
    with override(language_of(reminder)):
        content = pdf_of(letter_of(reminder))
    if reminder.channel != Channel.LETTER:
        return content
    made = {"content": content, "sha256": sha256(content).hexdigest()}
    kept, _is_new = ReminderPdf.objects.get_or_create(reminder=reminder, mail_id=None, defaults=made)
    return bytes(kept.content)


def _line_of(lines: list[ReminderItem], row: Row) -> int:
    return next(line.pk for line in lines if line.item_id == row.item.pk)


def _code(part: Part) -> str:
    """The code that banking apps scan, of the first account that has one."""
    reference = present(part.rows[0].invoice).payment_reference if _is_one(part) else part.reference
    return next(iter(codes_for(part.accounts, part.total, part.currency, reference=reference)), "")


def _is_one(part: Part) -> bool:
    return len(part.rows) == 1 and part.rows[0].invoice is not None


def _add_charges(letter: ReminderLetter) -> None:
    """What would be charged today for paying late, of the same customer."""
    customer = letter.reminder.customer
    customer.company = letter.reminder.company
    charges = {row.currency: row for row in proposals_for(letter.reminder.company, [customer], letter.today)}
    for part in letter.parts:
        row = charges.get(part.currency)
        part.charges = row.total if row and not row.why_not else ZERO
