"""The words of the mail that brings a document: what it is, what is to be paid, and where to see it."""

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from billing.access import invoices_for
from billing.customer_view import CustomerView, customer_view
from billing.links import LIFETIME
from billing.models import DocumentStatus
from office.mail.pieces import EXAMPLE, button, table
from office.mail.texts import Text, TextKind
from office.mail.variables import Look, Value, Variable
from office.models import BankAccount, Company, User
from office.written import money, percent, plain_day

KIND = "invoice"
LOOKED_AT = 20
STAGES = {
    "": "Invoice to be paid",
    "overdue": "Invoice that is late",
    "paid": "Invoice that is paid",
    "disputed": "Invoice that is in dispute",
    "credit_memo": "Credit memo",
    "debit_note": "Debit note to be paid",
    "debit_note_overdue": "Debit note that is late",
    "debit_note_paid": "Debit note that is paid",
    "debit_note_disputed": "Debit note that is in dispute",
}
NOTHING_TO_PAY = ("paid", "disputed", "credit_memo")
VARIABLES = (
    Variable("name", "The reader's name"),
    Variable("company", "Your company's name"),
    Variable("document", "What it is called, with its number"),
    Variable("number", "Its number"),
    Variable("total", "Its total"),
    Variable("amount", "What is to be paid next", Look.STRONG),
    Variable("due_day", "By when", Look.STRONG),
    Variable("rest", "Sentences about what is open where a part is paid, and what is in dispute, else nothing"),
    Variable("disputed", "What of it is in dispute, and need not be paid now"),
    Variable("discount", "A sentence about the discount for paying early, else nothing"),
    Variable("phone", "Your phone number"),
    Variable("button", "The button that opens the document", Look.PIECE),
    Variable("bank", "How to pay: account and reference, where something is to be paid", Look.PIECE),
)


def stage_of(view: CustomerView) -> str:
    """Which words fit a document as it stands."""
    invoice = view.invoice
    if invoice.is_credit_memo:
        return "credit_memo"
    late = "overdue" if invoice.state == "overdue" else ""
    stage = late if view.is_payable else "disputed" if view.disputed else "paid"
    return "_".join(filter(None, ("debit_note" if invoice.adds_to else "", stage)))


def default(company: Company, stage: str) -> Text:
    """The built-in words, in the language that is now the reader's."""
    subject = _("%(document)s from %(name)s") % {"document": "{document}", "name": "{company}"}
    if not stage.endswith(NOTHING_TO_PAY):
        subject = _("%(subject)s, due %(day)s") % {"subject": subject, "day": "{due_day}"}
    parts = [
        _("Dear %(name)s,") % {"name": "{name}"},
        " ".join(_sentences(stage)),
        "{button}",
        "{bank}",
        _("The document is attached as a PDF.") + " " + if_anything_is_wrong(company),
        _("Kind regards") + "\n{company}",
    ]
    return Text(subject, "\n\n".join(parts))


def if_anything_is_wrong(company: Company) -> str:
    """Where a reader turns to, in the language that is now theirs."""
    if not company.phone:
        return _("If anything is wrong with it, please just answer this mail.")
    return _("If anything is wrong with it, please just answer this mail or call %(phone)s.") % {"phone": "{phone}"}


def _sentences(stage: str) -> list[str]:
    braced = {"number": "{number}", "total": "{total}", "amount": "{amount}", "day": "{due_day}"}
    if stage == "credit_memo":
        return [_("Here is credit memo %(number)s for %(total)s. There is nothing you need to do.") % braced]
    if stage == "paid":
        return [_("Here is invoice %(number)s for %(total)s. It is paid: there is nothing you need to do.") % braced]
    is_note = stage.startswith("debit_note")
    here = (
        _("Here is debit note %(number)s for %(total)s.") if is_note else _("Here is invoice %(number)s for %(total)s.")
    )
    if stage.endswith("paid"):
        return [here % braced, _("It is paid: there is nothing you need to do.")]
    if stage.endswith("disputed"):
        return [
            here % braced,
            _("%(amount)s of it is in dispute: you need not pay that now.") % {"amount": "{disputed}"},
        ]
    if stage.endswith("overdue"):
        return [here % braced, "{rest}", _("It was due on %(day)s: please pay %(amount)s now.") % braced]
    return [here % braced, "{rest}", _("Please pay %(amount)s by %(day)s.") % braced, "{discount}"]


def values_of(view: CustomerView, name: str, link: str) -> dict[str, Value]:
    """What a document's mail is filled in with, in the language that is now the reader's."""
    invoice, company = view.invoice, view.invoice.company
    amount = money(view.next_due.amount, invoice.currency) if view.is_payable else ""
    return {
        "name": name,
        "company": invoice.printed["seller"]["name"],
        "document": f"{invoice.title} {invoice.number}",
        "number": invoice.number,
        "total": money(invoice.total, invoice.currency),
        "amount": amount,
        "due_day": plain_day(view.next_due.due_on) if view.is_payable else "",
        "rest": _rest(view),
        "disputed": money(view.disputed, invoice.currency) if view.disputed else "",
        "discount": _discount(view),
        "phone": company.phone,
        "button": button(link, _see(view)),
        "bank": bank(view.bank_accounts, amount, view.payment_reference) if view.is_payable else "",
    }


def _rest(view: CustomerView) -> str:
    invoice, said = view.invoice, []
    if invoice.open != invoice.total:
        said.append(_("%(open)s of it is open.") % {"open": money(invoice.open, invoice.currency)})
    if view.disputed and view.is_payable:
        amount = money(view.disputed, invoice.currency)
        said.append(_("%(amount)s of it is in dispute: you need not pay that now.") % {"amount": amount})
    return " ".join(said)


def _discount(view: CustomerView) -> str:
    early = view.early_payment
    if not early:
        return ""
    return _("If you pay %(amount)s by %(day)s, %(percent)s early payment discount is yours.") % {
        "amount": money(early.amount, view.invoice.currency),
        "day": plain_day(early.until),
        "percent": percent(early.percent),
    }


def _see(view: CustomerView) -> str:
    if view.invoice.is_credit_memo:
        return _("See the credit memo")
    if view.invoice.adds_to:
        return _("See and pay the debit note") if view.is_payable else _("See the debit note")
    return _("See and pay the invoice") if view.is_payable else _("See the invoice")


def bank(accounts: Sequence[Mapping[str, str]], amount: str, reference: str) -> Value:
    """Where to pay what to; nothing where no account is printed."""
    rows = []
    for account in accounts:
        rows += [(_("Payee"), account["holder"]), (_("Account"), account["iban"])]
        rows += [("BIC", account["bic"])] if account["bic"] else []
    return table([*rows, (_("Amount"), amount), (_("Reference"), reference)], _("How to pay")) if rows else ""


def sample(company: Company, stage: str) -> Mapping[str, Value]:
    """Made-up values, in the language that is now the reader's."""
    titles = {"credit_memo": _("Credit memo"), "debit_note": _("Debit note")}
    title = next((words for kind, words in titles.items() if stage.startswith(kind)), _("Invoice"))
    total = money(Decimal("1190.00"), company.currency)
    day = company.today() + timedelta(days=-5 if stage.endswith("overdue") else 14)
    accounts = BankAccount.objects.filter(company=company, is_printed=True)[:1]
    is_payable = not stage.endswith(NOTHING_TO_PAY)
    return {
        "name": "Ada Example",
        "company": company.legal_name,
        "document": f"{title} {sample_number(day)}",
        "number": sample_number(day),
        "total": total,
        "amount": total,
        "due_day": plain_day(day),
        "rest": "",
        "disputed": total,
        "discount": "",
        "phone": company.phone,
        "button": button(EXAMPLE, _("See and pay the invoice") if not stage else _("See the invoice")),
        "bank": bank(
            [{"holder": each.holder, "iban": each.iban, "bic": each.bic} for each in accounts],
            total,
            sample_number(day),
        )
        if is_payable
        else "",
    }


def sample_number(day: date) -> str:
    """A number that no document has."""
    return f"INV-{day.year}-0000"


def real(reader: User, customer_id: int, stage: str) -> Mapping[str, Value] | None:
    """The customer's latest document that these words would fit, as the reader sees it; its link opens nothing."""
    theirs = invoices_for(reader).filter(customer_id=customer_id, status=DocumentStatus.ISSUED)
    for invoice in theirs.select_related("company", "customer").order_by("-pk")[:LOOKED_AT]:
        view = customer_view(invoice)
        if stage_of(view) == stage:
            contact = invoice.customer.contacts.filter(is_active=True).first()
            return values_of(view, contact.name if contact else "", EXAMPLE)
    return None


def small_print() -> str:
    """What a reader should know of the link."""
    words = ngettext(
        "The link is meant for you alone and works for %(days)s day. It shows this document and nothing else.",
        "The link is meant for you alone and works for %(days)s days. It shows this document and nothing else.",
        LIFETIME.days,
    )
    return words % {"days": LIFETIME.days}


INVOICE_TEXT = TextKind(
    KIND,
    "Invoices and credit memos",
    VARIABLES,
    default,
    sample,
    stages=lambda company: STAGES,
    real=real,
    required=frozenset({"button"}),
)
