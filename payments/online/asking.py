"""What a customer asks to pay online: so much of each open item, perhaps more on account, from one door of ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256

from billing.models import Invoice
from customers.models import Contact
from ledger.models import OpenItem
from payments.operations.receive_payment import Share

ZERO = Decimal(0)
API = "api"


@dataclass(frozen=True)
class Asked:
    """Amounts of open items in one currency, and one that stays on account; own credit is used first if wished."""

    currency: str
    shares: Sequence[Share] = ()
    on_account: Decimal = ZERO
    uses_credit: bool = False

    @property
    def of_items(self) -> Decimal:
        """What of it settles items."""
        return sum((share.amount for share in self.shares), ZERO)


@dataclass(frozen=True)
class Door:
    """Where a payment is begun: a name that is the same for the same link, and the contact who holds it."""

    name: str
    contact: Contact | None = None

    def key(self, asked: Asked) -> str:
        """The same for the same door, currency and items, whatever the amounts."""
        items = sorted(share.item_id for share in asked.shares)
        return sha256(repr((self.name, asked.currency, items)).encode()).hexdigest()


def of_invoice(invoice: Invoice, amount: Decimal, *, uses_credit: bool = False) -> Asked:
    """An amount of a document: its open parts, the earliest due first. What goes beyond them is on account."""
    left, shares = amount, []
    items = OpenItem.objects.filter(entry=invoice.entry_id, currency=invoice.currency, balance__gt=0)
    for item in items.order_by("due_on", "pk"):
        share = min(item.balance, left)
        if share > 0:
            shares.append(Share(item.pk, share))
            left -= share
    return Asked(invoice.currency, shares, left, uses_credit)
