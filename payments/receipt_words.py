"""The words of the mail that brings a receipt."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from billing.mail_words import if_anything_is_wrong, sample_number
from office.mail.pieces import table
from office.mail.texts import Text, TextKind
from office.mail.variables import Look, Value, Variable
from office.models import Company, User
from office.written import money, plain_day
from payments.access import receipts_for
from payments.models import Receipt
from payments.receipt_pdf import kept_of, settled_by

KIND = "receipt"
VARIABLES = (
    Variable("name", "The reader's name"),
    Variable("company", "Your company's name"),
    Variable("document", "Receipt, with its number"),
    Variable("amount", "What was received", Look.STRONG),
    Variable("day", "When"),
    Variable("pays", "It pays: where it settles something, else nothing"),
    Variable("settled", "What it settles, as a table", Look.PIECE),
    Variable("kept", "A sentence about what stays on account, else nothing"),
    Variable("phone", "Your phone number"),
)


def default(company: Company, stage: str) -> Text:
    """The built-in words, in the language that is now the reader's."""
    parts = [
        _("Dear %(name)s,") % {"name": "{name}"},
        _("Thank you: we received %(amount)s from you on %(day)s.") % {"amount": "{amount}", "day": "{day}"},
        "{pays}",
        "{settled}",
        "{kept}",
        _("The receipt is attached as a PDF.") + " " + if_anything_is_wrong(company),
        _("Kind regards") + "\n{company}",
    ]
    return Text(_("%(document)s from %(name)s") % {"document": "{document}", "name": "{company}"}, "\n\n".join(parts))


def values_of(receipt: Receipt, name: str) -> dict[str, Value]:
    """What a receipt's mail is filled in with, in the language that is now the reader's."""
    settled = [
        (f"{item.get_kind_display()} {item.reference}", money(amount, item.currency))
        for item, amount in settled_by(receipt)
    ]
    kept = [_stays(amount, currency) for amount, currency in kept_of(receipt)]
    return {
        "name": name,
        "company": receipt.company.legal_name,
        "document": f"{_('Receipt')} {receipt.number}",
        "amount": money(receipt.amount, receipt.currency),
        "day": plain_day(receipt.received_on),
        "pays": _("It pays:") if settled else "",
        "settled": table(settled),
        "kept": " ".join(kept),
        "phone": receipt.company.phone,
    }


def sample(company: Company, stage: str) -> Mapping[str, Value]:
    """Made-up values, in the language that is now the reader's."""
    day = company.today()
    paid, kept = (money(Decimal(amount), company.currency) for amount in ("1190.00", "10.00"))
    return {
        "name": "Ada Example",
        "company": company.legal_name,
        "document": f"{_('Receipt')} RC-{day.year}-0000",
        "amount": money(Decimal("1200.00"), company.currency),
        "day": plain_day(day),
        "pays": _("It pays:"),
        "settled": table([(f"{_('Invoice')} {sample_number(day)}", paid)]),
        "kept": _("%(amount)s of it stays on your account for what comes next.") % {"amount": kept},
        "phone": company.phone,
    }


def real(reader: User, customer_id: int, stage: str) -> Mapping[str, Value] | None:
    """The customer's latest receipt, where the reader sees one."""
    theirs = receipts_for(reader).filter(customer_id=customer_id).select_related("company", "customer")
    receipt = theirs.order_by("-pk").first()
    contact = receipt and receipt.customer.contacts.filter(is_active=True).first()
    return values_of(receipt, contact.name if contact else "") if receipt else None


def _stays(amount: Decimal, currency: str) -> str:
    words = _("%(amount)s of it stays on your account for what comes next.")
    return words % {"amount": money(amount, currency)}


RECEIPT_TEXT = TextKind(KIND, "Receipts", VARIABLES, default, sample, real=real)
