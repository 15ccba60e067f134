"""Findings among open items."""

from decimal import Decimal
from typing import Any

from django.db.models import F, OuterRef, Q, QuerySet, Subquery, Sum
from django.urls import reverse

from customers.access import items_for
from customers.models import Customer
from ledger.models import ItemKind, OpenItem
from office.web.lists import Column
from reports.findings.kind import Asked, Kind, Way, amount, days

ADDING = (ItemKind.INVOICE, ItemKind.DEBIT_NOTE, ItemKind.FEE, ItemKind.INTEREST, ItemKind.REFUND)
TAKING = (ItemKind.PAYMENT, ItemKind.WITHHOLDING, ItemKind.CREDIT_MEMO, ItemKind.WRITE_OFF)
FREE = (ItemKind.PAYMENT, ItemKind.CREDIT_MEMO)
OWED = (ItemKind.INVOICE, ItemKind.DEBIT_NOTE, ItemKind.FEE, ItemKind.INTEREST, ItemKind.OPENING)


def _allocating(row: Any) -> str:
    return reverse("payments:allocate", args=[row.customer_id])


PAPER = Column("reference", "Document", "reference", sort="pk", url=lambda row: reverse("paper", args=[row.entry_id]))
CUSTOMER = Column(
    "customer",
    "Customer",
    "customer_name",
    sort="customer_sort",
    url=lambda row: reverse("customers:customer", args=[row.customer_id]),
)
KIND = Column("kind", "Kind", lambda row: row.get_kind_display(), hide_below="tablet")
DATED = Column("dated_on", "Date", "dated_on", "day", sort="dated_on", hide_below="phone")
DUE = Column("due_on", "Due", "due_on", "day", sort="due_on", hide_below="phone")
AMOUNT = Column("amount", "Amount", "amount", "money", sort="amount", total="amount", hide_below="tablet")
OPEN = Column("balance", "Open", "balance", "money", sort="balance", total="balance")
APPLY = Column("mend", "Mend", lambda row: "Apply credits", url=_allocating)


def items(asked: Asked) -> QuerySet[Any]:
    """The items of the customers whom somebody sees, with these customers' names."""
    customer = Customer.objects.filter(pk=OuterRef("customer_id"))
    rows = items_for(asked.user).filter(company_id=asked.company.pk)
    return rows.annotate(
        customer_name=Subquery(customer.values("name")), customer_sort=Subquery(customer.values("sort_name"))
    )


def _wrong_signed(asked: Asked, limit: Decimal) -> QuerySet[Any]:
    negative = Q(kind__in=ADDING, amount__lt=0) | Q(kind__in=TAKING, amount__gt=0)
    beyond = Q(amount__gt=0, balance__lt=0) | Q(amount__lt=0, balance__gt=0)
    return items(asked).filter(negative | beyond)


def _credits(asked: Asked) -> QuerySet[OpenItem]:
    """Credit memos and receipts of which something is free."""
    return items_for(asked.user).filter(company_id=asked.company.pk, kind__in=FREE, balance__lt=0)


def _stale_credits(asked: Asked, limit: Decimal) -> QuerySet[Any]:
    before = asked.today.toordinal() - int(limit)
    last = asked.today.fromordinal(max(before, 1))
    return items(asked).filter(kind__in=FREE, balance__lt=0, dated_on__lt=last)


def _small_rests(asked: Asked, limit: Decimal) -> QuerySet[Any]:
    return items(asked).filter(kind__in=OWED, balance__gt=0, balance__lte=limit, amount__gt=F("balance"))


def _coverable(asked: Asked, limit: Decimal) -> QuerySet[Any]:
    credits = _credits(asked)
    theirs = credits.filter(customer_id=OuterRef("customer_id"), currency=OuterRef("currency"))
    free = theirs.order_by().values("currency").annotate(free=-Sum("balance")).values("free")
    owed = items(asked).filter(kind__in=OWED, balance__gt=0, customer_id__in=credits.values("customer_id"))
    return owed.annotate(free=Subquery(free)).filter(free__gte=F("balance"))


def _of_inactive(asked: Asked, limit: Decimal) -> QuerySet[Any]:
    gone = Customer.objects.filter(company=asked.company, is_active=False)
    return items(asked).filter(customer_id__in=gone.values("pk")).exclude(balance=0)


WRONG_SIGNED = Kind(
    "wrong-signed",
    "Items with the wrong sign",
    "An invoice below zero lowers what a customer owes, and no reminder ever asks for it.",
    "No screen makes one: the row was written past Duebook, or came so from a restored or imported copy.",
    Way("Open the document, void or credit it, and issue it anew", "billing:invoice_list"),
    _wrong_signed,
    (PAPER, CUSTOMER, KIND, DATED, AMOUNT, OPEN),
    "-reference",
)
STALE_CREDITS = Kind(
    "stale-credits",
    "Credits that nobody used",
    "The money is the customer's: it lowers no invoice, reminders ask for more than is owed, and it may fall due.",
    "A payment or credit memo came without a document it was for, or that document was paid otherwise.",
    Way("Apply it to what is open, or refund it", "payments:receipt_list"),
    _stale_credits,
    (PAPER, CUSTOMER, KIND, DATED, AMOUNT, OPEN, APPLY),
    "dated_on",
    days("older", "Older than, in days", 90),
)
SMALL_RESTS = Kind(
    "small-rests",
    "Paid but for a small rest",
    "The invoice stays open, grows overdue, and is reminded for less than the reminder costs.",
    "The customer rounded, or a bank kept its fee.",
    Way("Write the rest off as a difference", "payments:write_off_list"),
    _small_rests,
    (
        PAPER,
        CUSTOMER,
        KIND,
        DUE,
        AMOUNT,
        OPEN,
        Column(
            "mend",
            "Mend",
            lambda row: "Write off",
            url=lambda row: f"{reverse('payments:write_off_new', args=[row.customer_id])}?item={row.pk}",
        ),
    ),
    "due_on",
    amount("below", "A rest of at most", "1"),
)
COVERABLE = Kind(
    "coverable",
    "Open, though the customer's own credit would pay it",
    "The customer has paid and is asked again: reminders and interest follow what is open.",
    "The payment or credit memo was entered, and never applied.",
    Way("Apply the credit", "payments:receipt_list"),
    _coverable,
    (PAPER, CUSTOMER, KIND, DUE, OPEN, Column("free", "Free credit", "free", "money", sort="free"), APPLY),
    "due_on",
)
OF_INACTIVE = Kind(
    "inactive-customers",
    "Open items of inactive customers",
    "Nobody bills them any more, so nobody looks either: what is open is forgotten.",
    "The customer was set inactive while something was open.",
    Way("Collect it, refund it or write it off; or set the customer active", "customers:customer_list"),
    _of_inactive,
    (PAPER, CUSTOMER, KIND, DUE, AMOUNT, OPEN),
    "due_on",
)
