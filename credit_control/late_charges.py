"""Reading late charges, and what of them is open."""

from decimal import Decimal
from typing import TypeAlias, TypedDict

from django.db.models import Case, F, OuterRef, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Coalesce
from django.urls import reverse
from django_stubs_ext import WithAnnotations

from billing.beside import Beside
from billing.models import Invoice
from credit_control.models import LateCharge, LateChargeLine
from ledger.fields import AmountField
from ledger.models import OpenItem

STATES = [("open", "Open"), ("paid", "Paid"), ("waived", "Waived")]


class ChargeState(TypedDict):
    charged: Decimal
    open: Decimal
    state: str


ChargeWithState: TypeAlias = "WithAnnotations[LateCharge, ChargeState]"


def with_state(charges: QuerySet[LateCharge]) -> QuerySet[ChargeWithState]:
    """Add `charged`, `open` (what of each charge is not settled now) and `state`."""
    items = OpenItem.objects.filter(entry=OuterRef("entry")).order_by()
    balance = items.values("entry").annotate(sum=Sum("balance")).values("sum")
    rows = charges.annotate(open=Coalesce(Subquery(balance), Decimal(0), output_field=AmountField()))
    state = Case(When(waived_on__isnull=False, then=Value("waived")), When(open=0, then=Value("paid")))
    return rows.annotate(state=Coalesce(state, Value("open")), charged=F("interest") + F("fee"))


def beside_invoice(invoice: Invoice) -> list[Beside]:
    """What was charged because this invoice was late."""
    lines = LateChargeLine.objects.filter(item__entry=invoice.entry_id).order_by("charge_id")
    charges = LateCharge.objects.in_bulk(lines.values_list("charge_id", flat=True).distinct())
    return [
        Beside(
            f"Late charge {charges[charge_id]}",
            reverse("credit_control:late_charge", args=[charge_id]),
            charges[charge_id].claimed_on,
            amount,
            "Waived" if charges[charge_id].waived_on else "",
        )
        for charge_id, amount in lines.values_list("charge_id").annotate(Sum("amount"))
    ]
