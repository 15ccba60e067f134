"""The words of the mail that says that a payment which a customer told of was not found."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from billing.mail_words import if_anything_is_wrong, sample_number
from office.mail.pieces import EXAMPLE, button
from office.mail.texts import Text, TextKind
from office.mail.variables import Look, Value, Variable
from office.models import Company, User
from office.written import money, plain_day
from payments.access import paid_notices_for
from payments.models import NoticeStatus, PaidNotice

KIND = "payment_not_found"
VARIABLES = (
    Variable("name", "The reader's name"),
    Variable("company", "Your company's name"),
    Variable("document", "The document's number"),
    Variable("amount", "What they said they paid"),
    Variable("day", "When they told you"),
    Variable("words", "What you write to the customer"),
    Variable("phone", "Your phone number"),
    Variable("button", "The button that opens the document", Look.PIECE),
)


def default(company: Company, stage: str) -> Text:
    """The built-in words, in the language that is now the reader's."""
    braced = {"document": "{document}", "amount": "{amount}", "day": "{day}", "name": "{name}"}
    parts = [
        _("Dear %(name)s,") % braced,
        _("You told us on %(day)s that you paid %(amount)s. We could not find it.") % braced,
        "{words}",
        _(
            "Please ask your bank whether the money has left, and for which account and reference. On the page of the"
            " document you can send us a paper of your bank, or pay if nothing has left yet."
        ),
        "{button}",
        if_anything_is_wrong(company),
        _("Kind regards") + "\n{company}",
    ]
    return Text(_("We could not find your payment for %(document)s") % braced, "\n\n".join(parts))


def values_of(notice: PaidNotice, name: str, link: str) -> dict[str, Value]:
    """What the mail is filled in with, in the language that is now the reader's."""
    return {
        "name": name,
        "company": notice.company.legal_name,
        "document": notice.invoice.number,
        "amount": money(notice.amount, notice.currency),
        "day": plain_day(notice.told_on),
        "words": notice.answer,
        "phone": notice.company.phone,
        "button": button(link, _("See it and answer")),
    }


def sample(company: Company, stage: str) -> Mapping[str, Value]:
    """Made-up values, in the language that is now the reader's."""
    today = company.today()
    return {
        "name": "Ada Example",
        "company": company.legal_name,
        "document": sample_number(today),
        "amount": money(Decimal("119.00"), company.currency),
        "day": plain_day(today),
        "words": "Lorem ipsum dolor sit amet.",
        "phone": company.phone,
        "button": button(EXAMPLE, _("See it and answer")),
    }


def real(reader: User, customer_id: int, stage: str) -> Mapping[str, Value] | None:
    """The customer's latest payment that was not found, as the reader sees it; its link opens nothing."""
    theirs = paid_notices_for(reader).filter(customer_id=customer_id, status=NoticeStatus.NOT_FOUND)
    notice = theirs.select_related("company", "invoice", "contact").order_by("-pk").first()
    return values_of(notice, notice.contact.name, EXAMPLE) if notice else None


NOT_FOUND_TEXT = TextKind(
    KIND, "Payments not found", VARIABLES, default, sample, real=real, required=frozenset({"button"})
)
