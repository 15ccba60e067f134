from django.db import models
from django.db.models import F, Q

from customers.models import Customer
from ledger.fields import AmountField, CurrencyField
from ledger.models import OpenItem
from office.models import Company, User


class PaymentPromise(models.Model):
    """That a customer said they would pay an amount by a day. Whether they did is read from the book."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="promises")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="promises")
    currency = CurrencyField()
    amount = AmountField()
    made_on = models.DateField(help_text="Payments count from this day on.")
    pay_on = models.DateField("promised for")
    counts_until = models.DateField(help_text="The last day on which a payment keeps the promise.")
    newest_item = models.BigIntegerField(help_text="The newest open item then: what is entered later counts.")
    said_by = models.CharField("who said so", max_length=100)
    note = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    withdrawn_on = models.DateField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdraw_reason = models.CharField(max_length=300, blank=True)

    searched_masked = {"said_by": ()}

    class Meta:
        constraints = [
            models.CheckConstraint(name="promise_above_zero", condition=Q(amount__gt=0)),
            models.CheckConstraint(
                name="promise_days_in_order", condition=Q(made_on__lte=F("pay_on"), pay_on__lte=F("counts_until"))
            ),
            models.CheckConstraint(
                name="promise_withdrawn_with_a_reason", condition=Q(withdrawn_on=None) ^ ~Q(withdraw_reason="")
            ),
            models.CheckConstraint(
                name="promise_withdrawn_at_a_moment", condition=Q(withdrawn_on=None) ^ Q(withdrawn_at__isnull=False)
            ),
        ]
        indexes = [
            models.Index(fields=["company", "-id"], name="promise_newest_first"),
            models.Index(fields=["customer", "-id"], name="promise_by_customer"),
            models.Index(
                fields=["company", "counts_until"], condition=Q(withdrawn_on=None), name="promise_standing_by_day"
            ),
        ]
        permissions = [("record_promise", "Record and withdraw promises to pay")]

    def __str__(self) -> str:
        return f"Promise {self.pk} for {self.pay_on}"


class PromisedItem(models.Model):
    """What of an open item a promise is about. It is not reminded of while the promise stands."""

    append_only = True

    promise = models.ForeignKey(PaymentPromise, on_delete=models.PROTECT, related_name="items")
    item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="promised")
    amount = AmountField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["promise", "item"], name="promised_item_once_per_promise"),
            models.CheckConstraint(name="promised_item_above_zero", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.item.reference}: {self.amount}"
