"""What a provider reports: acted on once, in whatever order and however often it comes, and checked first."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet

from ledger.money import format_money
from ledger.refusals import Refused
from office.audit import record
from office.models import TaskKind
from office.operations.make_task import make_task
from office.talk.topics import About
from payments.bank_files.facts import MOST
from payments.models import UNDER_WAY, OnlinePayment, OnlineStatus, ProviderEvent
from payments.online import Notice, NoticeKind, Provider, provider_named
from payments.operations.receive_online_payment import receive_online_payment

KNOWN, APPLIED, HELD, CLOSED, IGNORED, STRANGE = "known", "applied", "held", "closed", "ignored", "strange"
WAITS, TOLD = "waits", "told"
TAKES, GIVEN_UP, SETTLES = timedelta(minutes=30), timedelta(days=3), timedelta(days=14)
"""After half an hour an event may be lost; after three days no session is open; a debit takes up to two weeks."""
AFTERWARDS = {
    NoticeKind.REFUNDED: "The provider paid an online payment back",
    NoticeKind.DISPUTED: "The customer disputes an online payment at the provider",
}


def take_provider_event(provider: Provider, body: bytes, headers: Mapping[str, str]) -> str:
    """Act on an event, and say what came of it. Raises BadSignature for one that the provider did not sign.

    A payment that is reported as asked becomes a receipt on its document. One with another amount or currency, or that
    cannot be received, is held for a person, and nothing is applied.
    """
    return act_on_notice(provider.name, provider.read_event(body, headers))


def ask_provider(payment_id: int) -> str:
    """Ask the provider of a payment that is begun how it stands, should its event have been lost.

    Raises ProviderUnavailable. Nothing is held while it is asked.
    """
    payment = OnlinePayment.objects.get(pk=payment_id)
    provider = provider_named(payment.provider)
    notice = provider.look_up(payment.session_id) if provider and payment.session_id else None
    return act_on_notice(payment.provider, notice) if notice else IGNORED


def payments_to_ask_about(now: datetime) -> QuerySet[OnlinePayment]:
    """Those that have been begun for longer than a customer takes, until the provider gives them up itself."""
    begun = Q(status=OnlineStatus.BEGUN, begun_at__range=(now - GIVEN_UP, now - TAKES))
    waiting = Q(status=OnlineStatus.PENDING, begun_at__range=(now - SETTLES, now - TAKES))
    return OnlinePayment.objects.filter(begun | waiting).exclude(session_id="").order_by("pk")


def payments_to_give_up(now: datetime) -> QuerySet[OnlinePayment]:
    """Those on their way for longer than any money takes, of which the provider says nothing more."""
    return OnlinePayment.objects.filter(status=OnlineStatus.PENDING, begun_at__lt=now - SETTLES).order_by("pk")


@transaction.atomic
def give_up_online_payment(payment_id: int) -> bool:
    """Expect a payment no more that was long on its way, so that it can be paid again, and have somebody ask the
    provider; false where that is not so any more. Should its money come after all, it is received."""
    rows = OnlinePayment.objects.select_for_update(no_key=True, of=("self",)).select_related("company", "customer")
    payment = rows.get(pk=payment_id)
    if payment.status != OnlineStatus.PENDING:
        return False
    payment.status = OnlineStatus.CLOSED
    payment.save(update_fields=["status"])
    record(None, "give_up_online_payment", payment, after={"for": payment.what_for, "amount": payment.amount})
    amount = format_money(payment.amount, payment.currency)
    make_task(
        payment.company,
        TaskKind.OTHER,
        f"{amount} paid online never came: {payment.what_for}",
        key=f"give_up_online_payment:{payment.pk}",
        by=None,
        about=About.of(payment.customer),
        note=f"On its way for over {SETTLES.days} days. Ask {payment.provider} what became of {payment.reference}.",
    )
    return True


def act_on_notice(provider: str, notice: Notice) -> str:
    """Act on what a provider said, once."""
    try:
        return _acted_on(provider, notice)
    except IntegrityError:
        if ProviderEvent.objects.filter(provider=provider, event_id=notice.event_id).exists():
            return KNOWN  # the same event came twice at the same moment
        raise


@transaction.atomic
def _acted_on(provider: str, notice: Notice) -> str:
    payment = _locked(provider, notice.reference)
    if payment is None and notice.kind in AFTERWARDS:
        payment = OnlinePayment.objects.filter(provider=provider, payment_id=notice.payment_id).first()
    if ProviderEvent.objects.filter(provider=provider, event_id=notice.event_id).exists():
        return KNOWN
    outcome = _outcome(payment, notice) if payment else STRANGE if notice.reference else IGNORED
    ProviderEvent.objects.create(
        provider=provider, event_id=notice.event_id, said=notice.said[:100], payment=payment, outcome=outcome
    )
    return outcome


def _locked(provider: str, reference: str) -> OnlinePayment | None:
    rows = OnlinePayment.objects.select_for_update(no_key=True, of=("self",)).select_related("company", "customer")
    return rows.filter(provider=provider, reference=reference).first() if reference else None


def _outcome(payment: OnlinePayment, notice: Notice) -> str:
    if notice.kind == NoticeKind.PAID:
        return _paid(payment, notice)
    if notice.kind in AFTERWARDS:
        return _told(payment, notice)
    if notice.kind == NoticeKind.PENDING and payment.status in (OnlineStatus.BEGUN, OnlineStatus.CLOSED):
        return IGNORED if payment.events.filter(outcome=CLOSED).exists() else _waits(payment)
    if notice.kind in (NoticeKind.FAILED, NoticeKind.EXPIRED) and payment.status in (*UNDER_WAY, OnlineStatus.CLOSED):
        payment.status = OnlineStatus.CLOSED
        payment.save(update_fields=["status"])
        return CLOSED
    return IGNORED


def _paid(payment: OnlinePayment, notice: Notice) -> str:
    """Money is certain, even of one that was given up before."""
    if payment.status not in (*UNDER_WAY, OnlineStatus.CLOSED):
        return KNOWN
    payment.payment_id = notice.payment_id[:80]
    is_money = notice.amount is not None and 0 < notice.amount < MOST
    payment.reported_amount, payment.reported_currency = notice.amount if is_money else None, notice.currency[:3]
    if (notice.amount, notice.currency) != (payment.amount, payment.currency):
        return _hold(payment, _difference(payment, notice))
    try:
        with transaction.atomic():
            receive_online_payment(payment, payment.amount, by=None)
    except Refused as refusal:
        return _hold(payment, refusal.message)
    return APPLIED


def _waits(payment: OnlinePayment) -> str:
    """The customer did their part, and the money takes days. One that was replaced meanwhile is not begun anew, nor one
    of which the provider said before that nothing comes."""
    payment.status = OnlineStatus.PENDING
    try:
        with transaction.atomic():
            payment.save(update_fields=["status"])
    except IntegrityError:  # another one for the same is open: its page is ended when the customer comes back
        return IGNORED
    return WAITS


def _told(payment: OnlinePayment, notice: Notice) -> str:
    """What the provider did with the money afterwards is a person's to enter: a refund, or a chargeback."""
    make_task(
        payment.company,
        TaskKind.OTHER,
        f"{AFTERWARDS[notice.kind]}: {payment.what_for}",
        key=f"provider_event:{payment.provider}:{notice.event_id}",
        by=None,
        about=About.of(payment.receipt or payment.customer),
        note=f"{notice.said}, {notice.payment_id}. Enter it here too, or find out why.",
    )
    return TOLD


def _difference(payment: OnlinePayment, notice: Notice) -> str:
    asked = format_money(payment.amount, payment.currency)
    said = "no amount that can be read" if notice.amount is None else f"{notice.amount} {notice.currency}"
    return f"The provider reports {said}; {asked} ({payment.currency}) was asked."


def _hold(payment: OnlinePayment, because: str) -> str:
    payment.status, payment.held_because = OnlineStatus.HELD, because[:300]
    payment.save()
    record(None, "hold_online_payment", payment, after={"because": payment.held_because})
    return HELD
