"""What was posted at a month's end for what is expected to be lost."""

from django.db import models
from django.db.models import F, Q

from credit_control.models.provisions import ProvisionTable
from ledger.fields import AmountField, CurrencyField, ExchangeRateField, RateField
from ledger.models import Entry, OpenItem
from office.models import Company, User


class ProvisionPosting(models.Model):
    """That so much had to stand on the provision account at a month's end, and so much did: the rest was posted.

    A later row of the same month brings what is missing then; none is taken back. Amounts are in the company's own.
    """

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="provision_postings")
    on = models.DateField(help_text="The month's last day.")
    table = models.ForeignKey(ProvisionTable, on_delete=models.PROTECT, related_name="+")
    required = AmountField(help_text="What was expected to be lost.")
    stood = AmountField(help_text="What stood on the provision account before.")
    difference = AmountField(help_text="What was posted; below zero it was released.")
    entry = models.OneToOneField(Entry, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-on", "-id"]
        indexes = [models.Index(fields=["company", "-on", "-id"], name="provision_posting_newest_first")]
        constraints = [
            models.CheckConstraint(
                name="provision_posting_brings_what_is_missing", condition=Q(difference=F("required") - F("stood"))
            ),
            models.CheckConstraint(
                name="provision_posting_has_a_difference", condition=~Q(difference=0) & Q(required__gte=0)
            ),
        ]
        permissions = [("post_provisions", "Post at a month's end what is expected to be lost")]

    def __str__(self) -> str:
        return f"Provision of {self.on:%B %Y}"


class ProvisionPart(models.Model):
    """A line of what was required: all that was so late in a currency or, judged by hand, one item."""

    append_only = True

    posting = models.ForeignKey(ProvisionPosting, on_delete=models.PROTECT, related_name="parts")
    days_from = models.PositiveSmallIntegerField("days late from", null=True)
    days_to = models.PositiveSmallIntegerField("days late until", null=True)
    item = models.ForeignKey(OpenItem, null=True, on_delete=models.PROTECT, related_name="+")
    count = models.PositiveIntegerField("items")
    currency = CurrencyField()
    rate = ExchangeRateField(null=True, help_text="What one of the currency was in the company's own, where needed.")
    open = AmountField()
    disputed = AmountField()
    percent = RateField()
    expected = AmountField(help_text="What was expected to be lost, in the currency.")
    company_expected = AmountField(help_text="The same in the company's own.")

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="provision_part_is_a_band_or_an_item", condition=Q(days_from=None) ^ Q(item=None)
            ),
            models.CheckConstraint(
                name="provision_part_within_what_is_undisputed",
                condition=Q(disputed__gte=0, expected__gte=0, expected__lte=F("open") - F("disputed")),
            ),
            models.CheckConstraint(name="provision_part_of_a_hundred", condition=Q(percent__gte=0, percent__lte=100)),
        ]

    def __str__(self) -> str:
        return f"{self.expected} {self.currency}"
