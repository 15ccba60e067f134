"""What a document's page offers and says of a payment that its customer tells of; and what staff's page says."""

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.customer_acts import CustomerAct, CustomerActs, Told
from billing.customer_view import CustomerView
from billing.models import DocumentLink, Invoice
from ledger.money import format_money
from office.written import locale, plain_day
from payments.models import NoticeStatus, PaidNotice
from payments.operations.note_paid import MOST_OF_A_DOCUMENT
from payments.paid_notices import NoticeWithState, with_state


def last_notice(invoice: Invoice) -> "NoticeWithState | None":
    """What was told last of a document, with its state."""
    return with_state(PaidNotice.objects.filter(invoice=invoice).select_related("contact")).order_by("-pk").first()


def may_tell(invoice: Invoice, last: "NoticeWithState | None") -> bool:
    """Whether the customer may tell of one more payment."""
    if last and last.state == NoticeStatus.OPEN:
        return False
    return invoice.paid_notices.count() < MOST_OF_A_DOCUMENT


def paid_acts(link: DocumentLink, view: CustomerView) -> CustomerActs:
    """What stands of a payment that the customer told of, and the way to tell of one."""
    url, last = reverse("paying:tell_paid", args=[link.ref]), last_notice(link.invoice)
    acts, said = [], []
    if last and view.is_payable:
        words = {"amount": format_money(last.amount, last.currency, str(locale())), "day": plain_day(last.told_on)}
        told = {
            "open": _("You told us on %(day)s that you paid %(amount)s. We look for it."),
            "not_found": _("You told us on %(day)s that you paid %(amount)s. We could not find it."),
        }
        if last.state in told:
            said = [told[last.state] % words]
    if view.is_payable and may_tell(link.invoice, last):
        acts = [CustomerAct(_("I have paid already"), "circle-check", url)]
    elif said:
        acts = [CustomerAct(_("What you told us"), "eye", url)]
    return CustomerActs(acts, said)


def paid_told(invoice: Invoice) -> list[Told]:
    """For staff: what a customer says they paid and nobody has looked for, and what was not found last."""
    last = last_notice(invoice)
    if last is None or last.state not in (NoticeStatus.OPEN, NoticeStatus.NOT_FOUND):
        return []
    amount = format_money(last.amount, last.currency)
    words = f"{last.contact.name} told us on {plain_day(last.told_on)} that they paid {amount}"
    words += "." if last.state == NoticeStatus.OPEN else ": it was not found."
    return [Told(words, "circle-check", reverse("payments:paid_notice", args=[last.pk]))]
