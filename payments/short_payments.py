"""What a credit may settle: items that it names, amounts that fill the boxes, and rests in words."""

from collections.abc import Iterable, Mapping
from decimal import Decimal

from billing.early_payment import early_payment_left
from billing.models import Invoice
from customers.models import Customer
from ledger.models import OpenItem
from ledger.models.items import PlainReference
from ledger.money import format_money
from ledger.refusals import Refused
from payments.matching.words import plain, words_in
from payments.models import Receipt

ZERO = Decimal(0)
OLDEST, REFERENCES = "oldest", "references"


def named_items(credit: OpenItem, items: Iterable[OpenItem]) -> list[OpenItem]:
    """The items that a receipt names by their number or payment reference, as whole words."""
    receipt = Receipt.objects.filter(entry=credit.entry_id).select_related("bank_line").first()
    if receipt is None:
        return []
    line = receipt.bank_line
    words = words_in((receipt.reference, *((line.text, line.end_to_end_id, *line.references) if line else ())))
    items = list(items)
    asked = Invoice.objects.filter(entry__in=[item.entry_id for item in items])
    references = {invoice.entry_id: plain(invoice.payment_reference) for invoice in asked}
    return [item for item in items if {plain(item.reference), references.get(item.entry_id)} & words]


def item_numbered(customer: Customer, number: str) -> OpenItem:
    """What a customer owes on the document of a number, however it is spelt; of instalments the first.

    Raises Refused where nothing is open by that number.
    """
    owed = OpenItem.objects.filter(customer_id=customer.pk, amount__gt=0, balance__gt=0).order_by("due_on", "pk")
    found = owed.alias(plain=PlainReference("reference")).filter(plain=plain(number)).first()
    if found is None:
        raise Refused(f"Nothing is open of {customer.name} by the number {number!r}.", code="unknown_item")
    return found


def filled(fill: str, credit: OpenItem, items: Iterable[OpenItem], typed: Mapping[int, Decimal]) -> dict[int, Decimal]:
    """The amount of each item after a key was pressed: one row's, those the credit names, or the oldest first.

    A row takes what is open of it or what is left of the credit; pressed again on a full row, it is emptied.
    """
    items = [item for item in items if item.currency == credit.currency]
    amounts = {item.pk: typed.get(item.pk, ZERO) for item in items}
    if fill == OLDEST:
        chosen, amounts = items, dict.fromkeys(amounts, ZERO)
    elif fill == REFERENCES:
        chosen, amounts = named_items(credit, items), dict.fromkeys(amounts, ZERO)
    else:
        chosen = [item for item in items if str(item.pk) == fill]
        if chosen and amounts[chosen[0].pk] == chosen[0].balance:
            return amounts | {chosen[0].pk: ZERO}
    left = -credit.balance - sum(amounts.values(), ZERO)
    for item in chosen:
        left += amounts[item.pk]
        amounts[item.pk] = max(min(item.balance, left), ZERO)
        left -= amounts[item.pk]
    return amounts


def rest_in_words(item: OpenItem, amount: Decimal, credit: OpenItem) -> str:
    """What stays of an item that is paid short, and whether it is just its early-payment discount; nothing for none."""
    rest = item.balance - amount
    if not amount or rest <= 0:
        return ""
    words = f"{format_money(rest, item.currency)} short"
    invoice = Invoice.objects.filter(entry=item.entry_id, early_percent__gt=0).select_related("company").first()
    early = invoice and early_payment_left(invoice, credit.dated_on)
    return f"{words}: the discount, earned" if early and early.discount == rest else words
