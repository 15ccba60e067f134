"""What an agency gets: all that is known of the debts as one table, with the documents and letters, in one ZIP."""

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

from billing.medical_facts import require_may_read
from billing.models import Invoice
from billing.pdf import kept_pdf
from billing.printed import parties_of
from credit_control.models import HandedItem, HandOver, ReminderItem, ReminderPdf
from credit_control.proposals import proposals_for
from ledger.refusals import Refused
from office.models import User
from office.papers import PdfUnavailable
from office.sheets import csv_rows

HEADS = (
    "Creditor", "Customer no.", "Debtor", "Address", "Tax id", "E-mail", "Phone", "Document", "Date", "Due", "Currency",
    "Original", "Handed over", "Open", "Reminded on", "Interest and fees so far",
)  # fmt: skip


def agency_zip(hand_over: HandOver, reader: User) -> bytes:
    """The ZIP, as things stand now, for who hands it on.

    A document whose PDF cannot be made, or which this person may not see, is left out of it, and named in a note.
    """
    rows = list(hand_over.items.select_related("item").order_by("item__due_on", "pk"))
    packed = BytesIO()
    missing: list[str] = []
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("claims.csv", b"\xef\xbb\xbf" + csv_rows(b"", HEADS, _table(hand_over, rows)))
        for invoice in Invoice.objects.filter(entry__in=[row.item.entry_id for row in rows]).order_by("pk"):
            try:
                require_may_read(reader, invoice)
                archive.writestr(f"{invoice.number.replace('/', '-')}.pdf", bytes(kept_pdf(invoice).content))
            except (PdfUnavailable, Refused):
                missing.append(invoice.number)
        for pdf in _letters(rows):
            archive.writestr(f"reminder-{pdf.reminder.reminded_on}-{pdf.reminder_id}.pdf", bytes(pdf.content))
        if missing:
            archive.writestr("missing.txt", "\n".join(missing))
    return packed.getvalue()


def _table(hand_over: HandOver, rows: list[HandedItem]) -> list[list[str]]:
    company, customer = hand_over.company, hand_over.customer
    customer.company = company
    buyer = parties_of(company, customer)["buyer"]
    person = customer.contacts.filter(is_active=True).order_by("pk").first()
    charges = {row.currency: row.total for row in proposals_for(company, [customer], company.today())}
    fixed = [
        company.legal_name,
        customer.number,
        buyer["name"],
        ", ".join(buyer["address"]),
        customer.tax_id,
        person.email if person else "",
        person.phone if person else "",
    ]
    reminded = _reminded(rows)
    return [
        [
            *fixed,
            row.item.reference,
            str(row.item.dated_on),
            str(row.item.due_on),
            row.item.currency,
            f"{row.item.amount:f}",
            f"{row.amount:f}",
            f"{row.item.balance:f}",
            "; ".join(reminded.get(row.item_id, [])),
            f"{charges.get(row.item.currency, 0):f}" if place == 0 else "",
        ]
        for place, row in enumerate(rows)
    ]


def _reminded(rows: list[HandedItem]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    reminders = ReminderItem.objects.filter(item__in=[row.item_id for row in rows], dropped="").order_by("days")
    for item, day in reminders.values_list("item", "reminder__reminded_on"):
        found.setdefault(item, []).append(str(day))
    return found


def _letters(rows: list[HandedItem]) -> list[ReminderPdf]:
    reminders = ReminderItem.objects.filter(item__in=[row.item_id for row in rows], dropped="").values("reminder")
    return list(ReminderPdf.objects.filter(reminder__in=reminders).select_related("reminder").order_by("pk"))
