"""What a customer may pay online of a document: what is due, the amount with the early-payment discount, or all."""

from decimal import Decimal

from django.db.models import Sum
from django.urls import reverse
from django.utils.translation import gettext as _

from billing.customer_acts import CustomerAct, CustomerActs
from billing.customer_view import CustomerView
from billing.models import DocumentLink
from billing.ways_to_pay import WayToPay
from office.written import money
from payments.models import OnlinePaymentPart, OnlineStatus
from payments.online.own_credit import credit_for
from payments.online.registry import providers

DUE, EARLY, ALL = "due", "early", "all"


def amounts_of(view: CustomerView) -> dict[str, Decimal]:
    """What each part comes to; each amount once."""
    early = view.early_payment
    found = {EARLY: early.amount} if early else {}
    for part, amount in ((DUE, view.next_due.amount), (ALL, view.account["to_pay"])):
        if amount > 0 and amount not in found.values():
            found[part] = amount
    return found


def on_its_way(view: CustomerView) -> Decimal:
    """What of the document was paid online, and takes its bank some days."""
    parts = OnlinePaymentPart.objects.filter(item__entry=view.invoice.entry_id, payment__status=OnlineStatus.PENDING)
    return parts.aggregate(sum=Sum("amount"))["sum"] or Decimal(0)


def note_on_its_way(view: CustomerView) -> str:
    """That money is on its way, for who would pay again."""
    amount = on_its_way(view)
    words = {"amount": money(amount, view.invoice.currency)}
    return _("%(amount)s is on its way to us already: please do not pay it again.") % words if amount else ""


def credit_acts(link: DocumentLink, view: CustomerView) -> CustomerActs:
    """The way to pay a document with the customer's own credit, for who is told of it."""
    if not (view.is_payable and providers()) or not (credit := credit_for(link.contact, view.invoice.currency)):
        return CustomerActs()
    words = _("Use your credit of %(amount)s") % {"amount": money(credit, view.invoice.currency)}
    return CustomerActs([CustomerAct(words, "coins", reverse("paying:pay", args=[link.ref]))])


def online_offers(link: DocumentLink, view: CustomerView) -> list[WayToPay]:
    """A button for each amount, where this office has a provider and nothing is on its way."""
    if not providers() or on_its_way(view):
        return []
    url = reverse("paying:pay", args=[link.ref])
    return [WayToPay(url, amount, part) for part, amount in amounts_of(view).items()]
