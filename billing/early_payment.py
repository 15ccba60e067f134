"""The discount for paying early: what still settles an invoice that is part-paid, and what was earned by a payment."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum

from billing.instalments import EarlyPayment
from billing.models import DocumentKind, DocumentStatus, Invoice
from billing.queries import account_of, with_state
from ledger.models import Allocation, ItemKind, OpenItem
from ledger.money import round_money
from ledger.present import present

ZERO = Decimal(0)
REASON, WORDS = "early_payment", "Early-payment discount"
"""Why a discount is credited: the company's own reason of that code or, where it has none, these words."""
ROUNDING = 1
"""More than the smallest unit of any currency."""
MONEY = (ItemKind.PAYMENT, ItemKind.WITHHOLDING, ItemKind.EXCHANGE)
"""What pays; the day it came is the item's due day, also where it was exchanged later."""


def early_payment_left(invoice: Invoice, on: date) -> EarlyPayment | None:
    """What settles an issued invoice early on a day: less what was paid and credited, while the discount holds.

    Once it was granted it holds no more, whatever becomes of the payment.
    """
    if not _holds(invoice) or on > present(invoice.early_until):
        return None
    account = account_of(invoice)
    discount, amount = _discount(invoice, account), account["to_pay"]
    if not 0 < discount < amount:
        return None
    return EarlyPayment(present(invoice.early_until), invoice.early_percent, discount, amount - discount)


def amount_paid_early(balance: Decimal, free: Decimal, early: tuple[Decimal, date] | None, on: date) -> Decimal | None:
    """What settles an open item early on a day, by its row of `early_discounts`; None where the discount holds no
    more, or where a part of the item is in dispute (`free` is what is not)."""
    discount, until = early or (ZERO, on)
    return balance - discount if until >= on and ZERO < discount < balance and free == balance else None


def discount_earned(invoice: Invoice) -> Decimal:
    """The discount that a customer earned by paying the rest in time, and that is still open; zero for none."""
    if not _holds(invoice):
        return ZERO
    account = account_of(invoice)
    discount = _discount(invoice, account)
    in_time = Allocation.objects.filter(
        debit__entry=invoice.entry_id, credit__kind__in=MONEY, credit__due_on__lte=invoice.early_until
    ).aggregate(sum=Sum("amount"))["sum"]
    still_withheld = account["due"] - account["to_pay"]
    wanted = account["total"] - account["credited"] - discount - still_withheld
    return min(discount, account["to_pay"]) if (in_time or ZERO) >= wanted else ZERO


def discounts_granted(items: Collection[int]) -> QuerySet[Invoice]:
    """The credit memos that stand and granted an early-payment discount on the documents of open items."""
    return _granted().filter(credits__entry__items__in=items).distinct()


def _granted() -> QuerySet[Invoice]:
    says_so = Q(reason_code__code=REASON) | Q(reason_code=None, reason__startswith=WORDS)
    return Invoice.objects.filter(says_so, status=DocumentStatus.ISSUED)


def earned_by_customer(customer_id: int, on: date) -> list[tuple[Invoice, Decimal]]:
    """A customer's open invoices with a discount that was earned and not granted yet.

    Only where no more is open than a discount could be, which are few, are the payments looked at.
    """
    promised = Invoice.objects.filter(customer=customer_id, status=DocumentStatus.ISSUED, early_percent__gt=0)
    most = F("total") * F("early_percent") / 100 + F("withheld") + ROUNDING
    near = with_state(promised, on).filter(open__gt=Decimal(0), open__lte=most).order_by("pk")
    earned = [(invoice, discount_earned(invoice)) for invoice in near]
    return [(invoice, discount) for invoice, discount in earned if discount]


def early_discounts(company_id: int, customer_ids: Collection[int]) -> dict[int, tuple[Decimal, date]]:
    """By entry, the discount on customers' open invoices and the last day to earn it, as in `early_payment_left`.

    For many invoices at once. Those in instalments or with tax to withhold are left out: no one sum settles them.
    """
    open_items = OpenItem.objects.filter(company_id=company_id, customer_id__in=customer_ids, balance__gt=0)
    promised = Invoice.objects.filter(
        company=company_id, customer__in=customer_ids, status=DocumentStatus.ISSUED, early_percent__gt=0, withheld=0
    ).exclude(kind=DocumentKind.CREDIT_MEMO)
    promised = promised.exclude(pk__in=_granted().filter(credits__in=promised).values("credits"))
    entries = open_items.order_by().values("entry").annotate(count=Count("pk")).filter(count=1).values("entry")
    columns = ("entry", "total", "early_percent", "early_until", "currency")
    rows = list(promised.filter(entry__in=entries, early_until__isnull=False).values_list(*columns))
    credits = Allocation.objects.filter(debit__entry__in=[row[0] for row in rows], credit__kind=ItemKind.CREDIT_MEMO)
    credited: dict[int, Decimal] = dict(credits.order_by().values_list("debit__entry").annotate(Sum("amount")))
    return {
        entry: (round_money((total - credited.get(entry, ZERO)) * percent / 100, currency), until)
        for entry, total, percent, until, currency in rows
    }


def _holds(invoice: Invoice) -> bool:
    is_owed = invoice.status == DocumentStatus.ISSUED and not invoice.is_credit_memo
    is_promised = is_owed and invoice.early_percent and invoice.early_until
    return bool(is_promised and not _granted().filter(credits=invoice).exists())


def _discount(invoice: Invoice, account: dict[str, Decimal]) -> Decimal:
    """The percentage of all that was not credited; the tax in it goes back with it."""
    return round_money((invoice.total - account["credited"]) * invoice.early_percent / 100, invoice.currency)
