"""What a customer may promise by themselves on the page of a document, and what they promised."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.customer_acts import CustomerAct, CustomerActs
from billing.customer_view import CustomerView
from billing.disputes import disputed_now
from billing.models import DocumentLink, Invoice
from credit_control.hand_overs import agencies_of
from credit_control.models import PaymentPromise, policy_of
from credit_control.plans.reading import planned_now
from credit_control.promises import standing_promises, with_state
from ledger.models import OpenItem
from ledger.money import format_money
from office.written import locale, plain_day

MOST_BROKEN = 2
"""Promises of a document that were not kept; after these it is better to talk."""


@dataclass(frozen=True)
class OwnOffer:
    """What of a document may be promised: which items, what of them is not disputed, and the last day to choose."""

    items: list[OpenItem]
    amount: Decimal
    last_day: date


def own_offer(invoice: Invoice, today: date) -> OwnOffer | None:
    """What a customer may promise of a document today; None where that is not theirs to do."""
    items = _due(invoice, today)
    ids = [item.pk for item in items]
    days = policy_of(invoice.company).own_promise_days
    if not items or not days or _is_held(ids, today) or _broken(ids, today) >= MOST_BROKEN:
        return None
    amount = sum((item.balance for item in items), Decimal(0)) - sum(disputed_now(ids).values(), Decimal(0))
    last_day = max(items[-1].due_on, today) + timedelta(days=days)
    return OwnOffer(items, amount, last_day) if amount > 0 else None


def own_promise(invoice: Invoice, today: date) -> PaymentPromise | None:
    """The promise that stands of a document."""
    return next(iter(standing_promises([item.pk for item in _owed(invoice)], today).values()), None)


def _owed(invoice: Invoice) -> list[OpenItem]:
    owed = (
        OpenItem.objects.filter(entry=invoice.entry_id, balance__gt=0) if invoice.entry_id else OpenItem.objects.none()
    )
    return list(owed.order_by("due_on", "pk"))


def _due(invoice: Invoice, today: date) -> list[OpenItem]:
    """What is late of a document, or due next."""
    owed = _owed(invoice)
    return [item for item in owed if item.due_on <= max(owed[0].due_on, today)]


def _is_held(item_ids: list[int], today: date) -> bool:
    """Whether something else says already when they are paid."""
    return bool(standing_promises(item_ids, today) or planned_now(item_ids, today) or agencies_of(item_ids))


def _broken(item_ids: list[int], today: date) -> int:
    about = PaymentPromise.objects.filter(pk__in=PaymentPromise.objects.filter(items__item__in=item_ids).values("pk"))
    return with_state(about, today).filter(state__in=["broken", "part_kept"]).count()


def promise_acts(link: DocumentLink, view: CustomerView) -> CustomerActs:
    """What stands promised of a document, and the way to promise a day."""
    if not view.is_payable:
        return CustomerActs()
    if promise := own_promise(link.invoice, view.today):
        return CustomerActs(said=[promised_words(promise)])
    if not own_offer(link.invoice, view.today):
        return CustomerActs()
    url = reverse("promising:promise", args=[link.ref])
    return CustomerActs([CustomerAct(_("Promise a day"), "calendar", url)])


def promised_words(promise: PaymentPromise) -> str:
    """What was promised, in the reader's language."""
    amount = format_money(promise.amount, promise.currency, str(locale()))
    words = _("You promised to pay %(amount)s by %(day)s. Until then we do not remind you of it.")
    return words % {"amount": amount, "day": plain_day(promise.pay_on)}
