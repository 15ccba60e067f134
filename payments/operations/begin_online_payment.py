"""Asking a provider for a page on which a customer pays, and settling at once what their own credit pays whole."""

from collections.abc import Callable, Mapping
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

from django.db import IntegrityError, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone

from billing.customer_view import customer_view
from billing.locking import lock_documents_of
from billing.models import Invoice
from customers.models import Customer
from ledger.allocating import lock_items
from ledger.models import OpenItem
from ledger.money import format_money, round_money
from ledger.refusals import Refused
from office.audit import record
from office.copies import require_released
from office.models import User
from payments.models import UNDER_WAY, OnlinePayment, OnlinePaymentPart, OnlineStatus
from payments.online import Checkout, Provider, ProviderUnavailable, providers
from payments.online.asking import API, ZERO, Asked, Door, of_invoice
from payments.online.own_credit import credit_of, usable_credits
from payments.operations.end_online_payment import close_online_payment, end_online_payment
from payments.operations.receive_payment import Share
from payments.operations.settle_online_payment import lock_for_online_payment, settle_online_payment

OPEN_FOR = timedelta(minutes=20)
"""How long a page that was opened is given again, so that nobody pays on two."""
MOST_AN_HOUR = 40
"""Payments that one link begins; a person pays fewer."""
LARGEST = Decimal(10) ** 9
NAMED = 3
"""Documents that the provider's page names; of more it says how many."""

ReturnUrl = Callable[[OnlinePayment], str]


def begin_payment_of_invoice(
    invoice_id: int,
    amount: Decimal,
    *,
    by: User | None,
    return_url: ReturnUrl,
    door: Door | None = None,
    uses_credit: bool = False,
) -> OnlinePayment:
    """As begin_online_payment, for an amount of one document. Raises Refused for more than is to be paid of it."""
    invoice = Invoice.objects.select_related("company", "customer__company").get(pk=invoice_id)
    _require_payable(invoice, amount)
    asked = of_invoice(invoice, amount, uses_credit=uses_credit)
    return begin_online_payment(invoice.customer, asked, by=by, return_url=return_url, door=door)


def begin_payment_of_customer(
    customer: Customer,
    amounts: Mapping[int, Decimal],
    *,
    currency: str,
    on_account: Decimal = ZERO,
    uses_credit: bool = False,
    by: User | None,
    return_url: ReturnUrl,
    door: Door | None = None,
) -> OnlinePayment:
    """As begin_online_payment, for amounts of several documents of a customer, by id, and more to stay on account.

    Raises Refused for more than is to be paid of one of them, and for one of another customer or currency.
    """
    invoices = Invoice.objects.select_related("company").in_bulk(list(amounts))
    shares: list[Share] = []
    for invoice_id, amount in amounts.items():
        invoice = invoices.get(invoice_id)
        if invoice is None or (invoice.customer_id, invoice.currency) != (customer.pk, currency):
            raise Refused("One of these documents is not this customer's in this currency.", code="another_customer")
        _require_payable(invoice, amount)
        asked = of_invoice(invoice, amount)
        shares += asked.shares
        on_account += asked.on_account
    whole = Asked(currency, shares, on_account, uses_credit)
    return begin_online_payment(customer, whole, by=by, return_url=return_url, door=door)


def _require_payable(invoice: Invoice, amount: Decimal) -> None:
    view = customer_view(invoice)
    if not view.is_payable:
        raise Refused(f"There is nothing to pay of {invoice.number}.", code="nothing_to_pay")
    if amount <= 0:
        raise Refused(f"{amount} cannot be paid.", code="bad_amount")
    if amount > view.account["to_pay"]:
        raise _more_than(view.account["to_pay"], invoice.currency)


def begin_online_payment(
    customer: Customer, asked: Asked, *, by: User | None, return_url: ReturnUrl, door: Door | None = None
) -> OnlinePayment:
    """A payment with the address of the page on which the customer pays it, or one that their own credit has settled.

    One just begun for the same is given again, and any other that is open on one of its items is ended first: nobody
    pays twice by the Back button or a second tab. Nothing is held while the provider is asked. Raises Refused where
    there is no provider, for more than is open, where money for it is on its way, and where the provider cannot be
    reached, and in a restored copy.
    """
    require_released()
    door = door or Door(API)
    if not providers():
        raise Refused("Nobody can pay online here yet.", code="no_provider")
    provider = providers()[0]
    _require_amounts(asked)
    for other in _rivals(customer, asked, door):
        if not _is_same(other, asked, door):
            _end(other)
    payment = _begun(customer, asked, door, provider, by)
    if payment.checkout_url or payment.status == OnlineStatus.SETTLED:
        return payment
    return _opened(payment, provider, return_url)


def _opened(payment: OnlinePayment, provider: Provider, return_url: ReturnUrl) -> OnlinePayment:
    asked = Checkout(
        reference=payment.reference,
        amount=payment.amount,
        currency=payment.currency,
        title=_title(payment),
        return_url=return_url(payment),
    )
    try:
        started = provider.checkout(asked)
    except ProviderUnavailable:
        close_online_payment(payment)
        raise
    payment.session_id, payment.checkout_url = started.session_id, started.url
    payment.save(update_fields=["session_id", "checkout_url"])
    return payment


def _title(payment: OnlinePayment) -> str:
    """What the provider's page says it is for."""
    documents = Invoice.objects.filter(entry__items__in=payment.parts.values("item")).distinct().order_by("pk")
    names = [f"{each.title} {each.number}" for each in documents] or [payment.what_for]
    return ", ".join(names) if len(names) <= NAMED else f"{', '.join(names[:NAMED])} + {len(names) - NAMED}"


def _rivals(customer: Customer, asked: Asked, door: Door) -> QuerySet[OnlinePayment]:
    """The customer's open payments of the same, or of one of its items."""
    items = [share.item_id for share in asked.shares]
    rows = OnlinePayment.objects.filter(customer=customer, status__in=UNDER_WAY)
    return rows.filter(Q(asks=door.key(asked)) | Q(parts__item__in=items)).distinct().order_by("pk")


def _is_same(payment: OnlinePayment, asked: Asked, door: Door) -> bool:
    """Whether it was begun a moment ago for exactly this."""
    parts = dict(payment.parts.values_list("item", "amount"))
    return bool(
        payment.asks == door.key(asked)
        and payment.status == OnlineStatus.BEGUN
        and payment.begun_at > timezone.now() - OPEN_FOR
        and parts == {share.item_id: share.amount for share in asked.shares}
        and payment.amount + payment.from_credit == asked.of_items + asked.on_account
        and payment.from_credit == _credit_used(payment.customer_id, asked)
    )


def _end(payment: OnlinePayment) -> None:
    if end_online_payment(payment).status == OnlineStatus.PENDING:
        raise Refused("Money for one of these is on its way already.", code="on_its_way")


def _begun(customer: Customer, asked: Asked, door: Door, provider: Provider, by: User | None) -> OnlinePayment:
    try:
        return _kept(customer, asked, door, provider, by)
    except IntegrityError:
        same = OnlinePayment.objects.filter(asks=door.key(asked), status__in=UNDER_WAY).first()
        if same and _is_same(same, asked, door):
            return same
        raise Refused("It was begun in another window a moment ago.", code="begun_elsewhere") from None


@transaction.atomic
def _kept(customer: Customer, asked: Asked, door: Door, provider: Provider, by: User | None) -> OnlinePayment:
    _lock(customer)
    for other in _rivals(customer, asked, door):
        if _is_same(other, asked, door):
            return other
        raise Refused("It was begun in another window a moment ago.", code="begun_elsewhere")
    _require_open(customer, asked)
    _require_not_too_many(door)
    from_credit = _credit_used(customer.pk, asked)
    payment = OnlinePayment.objects.create(
        company=customer.company,
        customer=customer,
        contact=door.contact,
        door=door.name,
        asks=door.key(asked),
        amount=asked.of_items + asked.on_account - from_credit,
        from_credit=from_credit,
        currency=asked.currency,
        provider=provider.name,
        reference=uuid4().hex,
        status=OnlineStatus.BEGUN if asked.of_items + asked.on_account > from_credit else OnlineStatus.SETTLED,
        begun_by=by,
    )
    OnlinePaymentPart.objects.bulk_create(
        OnlinePaymentPart(
            payment=payment, customer=customer, currency=asked.currency, item_id=share.item_id, amount=share.amount
        )
        for share in asked.shares
    )
    after = {"for": payment.what_for, "amount": payment.amount, "from_credit": from_credit, "contact": door.contact}
    record(by, "begin_online_payment", payment, after=after)
    if payment.status == OnlineStatus.SETTLED:
        settle_online_payment(payment, lock_for_online_payment(payment), None, by=by)
    return payment


def _lock(customer: Customer) -> None:
    """Let a customer's payments be begun one after another."""
    Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)


def _credit_used(customer_id: int, asked: Asked) -> Decimal:
    return min(credit_of(customer_id, asked.currency), asked.of_items) if asked.uses_credit else ZERO


def _require_amounts(asked: Asked) -> None:
    amounts = [share.amount for share in asked.shares]
    whole = asked.of_items + asked.on_account
    if whole <= 0 or min(amounts, default=whole) <= 0 or asked.on_account < 0 or whole > LARGEST:
        raise Refused(f"{whole} cannot be paid.", code="bad_amount")
    if any(amount != round_money(amount, asked.currency) for amount in (*amounts, asked.on_account)):
        raise Refused(f"{whole} is no amount of {asked.currency}.", code="bad_amount")
    if len({share.item_id for share in asked.shares}) < len(amounts):
        raise Refused("Name each item once.", code="item_named_twice")


def _require_open(customer: Customer, asked: Asked) -> None:
    """Raise Refused where an item is not the customer's, or has less open; locked where credit settles it."""
    ids = [share.item_id for share in asked.shares]
    if asked.uses_credit:
        lock_documents_of(ids)
        lock_items([*ids, *usable_credits(customer.pk, asked.currency).values_list("pk", flat=True)])
    owed = OpenItem.objects.filter(company_id=customer.company_id, customer_id=customer.pk, amount__gt=0)
    items = owed.filter(currency=asked.currency).in_bulk(ids)
    if len(items) < len(ids):
        raise Refused("One of these items is not this customer's.", code="another_customer")
    for share in asked.shares:
        if share.amount > items[share.item_id].balance:
            raise _more_than(items[share.item_id].balance, asked.currency)


def _more_than(amount: Decimal, currency: str) -> Refused:
    return Refused(f"Only {format_money(amount, currency)} is open.", code="more_than_open")


def _require_not_too_many(door: Door) -> None:
    if not door.contact:
        return
    since = timezone.now() - timedelta(hours=1)
    if OnlinePayment.objects.filter(door=door.name, begun_at__gt=since).count() >= MOST_AN_HOUR:
        raise Refused("That is more than one link begins in an hour.", code="too_many")
