from django.db import models
from django.db.models import Q

from customers.models import Customer
from ledger.fields import AmountField
from ledger.models import OpenItem
from office.models import Company, User


class HandOverOutcome(models.TextChoices):
    PAID = "paid", "Paid"
    GIVEN_BACK = "given_back", "Given back"
    HOPELESS = "hopeless", "Nothing to be had"


class HandOver(models.Model):
    """That what a customer owes was handed to a collection agency: nobody here reminds of it until it is ended."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="hand_overs")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="hand_overs")
    agency = models.CharField("collection agency", max_length=100)
    handed_on = models.DateField()
    note = models.CharField(max_length=500, blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    ended_on = models.DateField(null=True)
    ended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=HandOverOutcome, blank=True)
    end_note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(name="hand_over_ended_with_an_outcome", condition=Q(ended_on=None) ^ ~Q(outcome="")),
        ]
        indexes = [models.Index(fields=["company", "-id"], name="hand_over_newest_first")]
        permissions = [("hand_over", "Hand debts to a collection agency, and take them back")]

    def __str__(self) -> str:
        return f"Hand-over {self.pk} to {self.agency}"


class HandedItem(models.Model):
    """An item that was handed over, and what of it was open then."""

    append_only = True

    hand_over = models.ForeignKey(HandOver, on_delete=models.PROTECT, related_name="items")
    item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="handed_over")
    amount = AmountField()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["hand_over", "item"], name="handed_item_once"),
            models.CheckConstraint(name="handed_item_above_zero", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.item.reference}: {self.amount}"
