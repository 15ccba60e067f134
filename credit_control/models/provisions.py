from django.db import models
from django.db.models import Q

from customers.models import Customer
from ledger.fields import RateField
from ledger.models import OpenItem
from office.models import Company, User

REASON = 300


class ProvisionTable(models.Model):
    """From a day on: after how many days late an item is doubtful, and what is likely lost by how late it is.

    The newest that begins on or before a day holds on it, so a past day keeps the table that it had.
    """

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="provision_tables")
    from_on = models.DateField("holds from")
    late_days = models.PositiveSmallIntegerField("days late until doubtful", default=90)
    set_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-from_on", "-id"]
        indexes = [models.Index(fields=["company", "-from_on", "-id"], name="provision_table_newest_first")]
        permissions = [("set_provisions", "Say what is likely lost: by how late it is, of an item or a customer")]

    def __str__(self) -> str:
        return f"Provision rates from {self.from_on}"


class ProvisionRate(models.Model):
    """What of an item is likely lost from so many days late on."""

    append_only = True

    table = models.ForeignKey(ProvisionTable, on_delete=models.PROTECT, related_name="rates")
    days_from = models.PositiveSmallIntegerField("days late from")
    percent = RateField()

    class Meta:
        ordering = ["days_from"]
        constraints = [
            models.UniqueConstraint(fields=["table", "days_from"], name="provision_rate_once_per_days"),
            models.CheckConstraint(name="provision_rate_of_a_hundred", condition=Q(percent__gte=0, percent__lte=100)),
        ]

    def __str__(self) -> str:
        return f"{self.percent.normalize():f} % from {self.days_from} days late"


class SpecificProvision(models.Model):
    """That somebody judged what of an item, or of all of a customer's, is likely lost; without a percentage, that this
    judgement holds no more. The newest on or before a day holds on it."""

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="specific_provisions")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="specific_provisions")
    item = models.ForeignKey(OpenItem, null=True, on_delete=models.PROTECT, related_name="specific_provisions")
    percent = RateField(null=True)
    reason = models.CharField(max_length=REASON)
    set_on = models.DateField()
    set_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    set_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["customer", "-set_on", "-id"], name="specific_provision_newest"),
            models.Index(fields=["item", "-set_on", "-id"], name="specific_provision_of_item"),
        ]
        constraints = [
            models.CheckConstraint(name="specific_provision_has_a_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="specific_provision_of_a_hundred",
                condition=Q(percent=None) | Q(percent__gte=0, percent__lte=100),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.item or self.customer}: " + ("taken back" if self.percent is None else f"{self.percent:f} %")
