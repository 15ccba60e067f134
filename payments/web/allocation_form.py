"""The allocation screen's form: one credit, how much of it goes to each open item, and what becomes of the rests."""

from decimal import Decimal
from typing import Any

from django import forms

from billing.disputes import disputed_now, disputes_of
from billing.models import Invoice, ReasonPurpose
from billing.reason_codes import reason_choices
from customers.models import Customer
from customers.payers import paid_for_by
from ledger.agreed_days import with_late
from ledger.models import OpenItem
from office.dressing import dressed
from office.models import Company, User
from office.web.fields import SumField, set_rows, typed_id
from payments.models import Rest
from payments.operations.settle_items import SettlementDetails, Settling

DISPUTE = f"{Rest.DISPUTE}:"
NEEDED = {
    Rest.DISCOUNT: "billing.credit_invoice",
    Rest.LATE_DISCOUNT: "billing.credit_invoice",
    Rest.BANK_FEE: "payments.write_off",
}
"""What somebody must be allowed to do by itself, to say it of a rest."""


class AllocationForm(forms.Form):
    """One credit, how much of it goes to each open item, what becomes of what is short, and of what is left."""

    credit = forms.ModelChoiceField(OpenItem.objects.none(), empty_label=None)
    on = forms.DateField(label="Applied on", widget=forms.DateInput(attrs={"type": "date"}))
    refund_reason = forms.CharField(
        label="Pay back what is left, because", max_length=300, required=False, help_text="Empty: it stays on account."
    )

    def __init__(self, *args: Any, customer: Customer, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        group = paid_for_by(customer)
        credits = OpenItem.objects.filter(customer_id=customer.pk, balance__lt=0)
        debits = OpenItem.objects.filter(customer_id__in=group, balance__gt=0)
        self.credits = list(credits.order_by("dated_on", "pk"))
        self.debits = list(with_late(debits, customer.company.today()).order_by("due_on", "dated_on", "pk"))
        set_rows(self, "credit", credits)
        self.names = Customer.objects.in_bulk(group) if len(group) > 1 else {}
        self.choices = rest_choices(customer.company, user)
        if not user.has_perm("payments.refund_credit"):
            del self.fields["refund_reason"]
        self._describe()
        for item in self.debits:
            self._add_boxes(item)

    def _describe(self) -> None:
        """Say of each item whose it is, until when paying early takes something off, and whether it is disputed."""
        entries = [item.entry_id for item in self.debits]
        early = Invoice.objects.filter(entry__in=entries, early_percent__gt=0, early_until__isnull=False)
        promised = {invoice.entry_id: invoice for invoice in early}
        items = [item.pk for item in self.debits]
        disputes, held = disputes_of(items), disputed_now(items)
        for item in self.debits:
            owner = self.names.get(item.customer_id)
            dressed(
                item,
                early=promised.get(item.entry_id),
                owner=owner,
                dispute=disputes.get(item.pk),
                disputed=held.get(item.pk),
            )

    def _add_boxes(self, item: OpenItem) -> None:
        amount, rest = f"item_{item.pk}", f"rest_{item.pk}"
        self.fields[amount] = SumField(required=False, min_value=0, max_digits=19, decimal_places=4)
        self.fields[rest] = rest_field(self.choices)
        dressed(item, box=self[amount], rest_box=self[rest])

    @property
    def chosen_credit(self) -> OpenItem | None:
        """The credit that is chosen as yet, else the oldest."""
        wanted = typed_id(str(self["credit"].value() or ""))
        return next((item for item in self.credits if item.pk == wanted), self.credits[0] if self.credits else None)

    @property
    def amounts(self) -> dict[int, Decimal]:
        """The amounts that can be read as yet, by item."""
        typed = {item.pk: self.cleaned_data.get(f"item_{item.pk}") for item in self.debits}
        return {item_id: amount for item_id, amount in typed.items() if amount}

    def details(self) -> SettlementDetails:
        """What was typed, for the operation."""
        data = self.cleaned_data
        items = [self._settling(item.pk) for item in self.debits]
        chosen = [each for each in items if each.amount or each.rest != Rest.OPEN]
        return SettlementDetails(data["credit"].pk, chosen, data["on"], data.get("refund_reason", ""))

    def _settling(self, item_id: int) -> Settling:
        amount, rest = self.cleaned_data[f"item_{item_id}"], self.cleaned_data[f"rest_{item_id}"]
        return Settling(item_id, amount or Decimal(0), *rest)


def rest_field(choices: list[tuple[str, Any]], **more: Any) -> forms.TypedChoiceField:
    """What becomes of a rest, and the reason of a dispute; where nothing is chosen, it stays open."""
    return forms.TypedChoiceField(
        required=False,
        choices=choices,
        coerce=_typed_rest,
        empty_value=(Rest.OPEN, None),  # type: ignore[arg-type]  # what coerce would give, no text
        **more,
    )


def rest_value(rest: Rest, reason_code_id: int | None) -> str:
    """How a choice is written in a form."""
    return f"{DISPUTE}{reason_code_id}" if rest == Rest.DISPUTE else rest.value


def _typed_rest(typed: str) -> tuple[Rest, int | None]:
    kind, _, code = typed.partition(":")
    return Rest(kind), typed_id(code)


def rest_choices(company: Company, user: User) -> list[tuple[str, Any]]:
    """What this person may say of a rest; each reason for a dispute is a choice of its own."""
    said = [rest for rest in Rest if rest != Rest.DISPUTE and (rest not in NEEDED or user.has_perm(NEEDED[rest]))]
    reasons = reason_choices(company, ReasonPurpose.DISPUTE)
    disputed = [(f"{DISPUTE}{pk}", words) for pk, words in reasons]
    return [(rest.value, rest.label) for rest in said] + ([("Disputed", disputed)] if disputed else [])
