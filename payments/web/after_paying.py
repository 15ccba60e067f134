"""The page to which a provider sends the customer back: what came of the payment, as we know it now."""

from datetime import timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from ledger.refusals import Refused
from office.web.customer_door import NoSuchLink
from office.work.bells import ring_once_in
from payments.models import UNDER_WAY, OnlinePayment, OnlineStatus
from payments.online.asking import Asked, Door

LOOKS, EACH = 12, 5
"""How often the page looks again by itself, and after how many seconds."""
JUST_NOW = timedelta(hours=1)
CAME = (OnlineStatus.PAID, OnlineStatus.SETTLED, OnlineStatus.PENDING, OnlineStatus.HELD)


def payment_of(door: Door, reference: str) -> OnlinePayment:
    """A payment that was begun at this door; else NoSuchLink."""
    rows = OnlinePayment.objects.filter(door=door.name, reference=reference)
    payment = rows.select_related("company", "receipt").prefetch_related("parts__item").first()
    if payment is None:
        raise NoSuchLink
    return payment


def paid_just_now(door: Door, refusal: Refused, asked: Asked | None = None) -> OnlinePayment | None:
    """What this door paid a moment ago, where a form that is sent again is refused because of that."""
    if refusal.code not in ("nothing_to_pay", "more_than_open", "on_its_way"):
        return None
    rows = OnlinePayment.objects.filter(door=door.name, status__in=CAME, begun_at__gt=timezone.now() - JUST_NOW)
    return (rows.filter(asks=door.key(asked)) if asked else rows).order_by("-pk").first()


def way_on(payment: OnlinePayment, address_after: str) -> str:
    """Where a customer goes who has begun to pay: the provider's page, and once they have paid what came of it."""
    return payment.checkout_url if payment.status == OnlineStatus.BEGUN else address_after


def after_paying(request: HttpRequest, payment: OnlinePayment, context: dict[str, Any]) -> HttpResponse:
    """What came of it. While we have not heard, a worker asks the provider, and the page looks again a few times."""
    if payment.status in UNDER_WAY:
        _have_it_asked(payment)
    typed = request.GET.get("look", "")
    looked = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 3 else 0
    parts = list(payment.parts.all())
    more = {
        "payment": payment,
        "parts": parts,
        "for_what": _(", ").join(dict.fromkeys(part.item.reference for part in parts)) or _("your account"),
        "is_paid_otherwise": payment.status == OnlineStatus.BEGUN and parts and not any(p.item.balance for p in parts),
        "look_again": looked + 1 if payment.status == OnlineStatus.BEGUN and looked < LOOKS else 0,
        "seconds": EACH,
    }
    return render(request, "portal/after_paying.html", context | more)


def _have_it_asked(payment: OnlinePayment) -> None:
    """Ring for the worker, however often the page is looked at only each few seconds."""
    if payment.session_id:
        ring_once_in(EACH, "payments.tasks.ask_about_payment", payment.pk)
