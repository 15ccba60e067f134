from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from customers.models.accounts import CustomerAccount
from customers.models.customer import Customer
from office.models import Company, User

if TYPE_CHECKING:
    from customers.models.given_mandates import GivenMandate

LONGEST_REFERENCE = 35


class MandateScheme(models.TextChoices):
    """By whose rules a customer lets us debit."""

    CORE = "core", "SEPA Core"
    B2B = "b2b", "SEPA B2B"
    ACH = "ach", "ACH authorisation"


class MandateUse(models.TextChoices):
    """How often."""

    RECURRING = "recurring", "Recurring"
    ONE_OFF = "one_off", "Once"


class Mandate(models.Model):
    """A customer's signed word that we may debit an account of theirs.

    Whether it still holds on a day is read: see `customers.mandates.with_state`.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="mandates")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="mandates")
    account = models.ForeignKey(CustomerAccount, on_delete=models.PROTECT, related_name="mandates")
    scheme = models.CharField(max_length=4, choices=MandateScheme)
    reference = models.CharField(max_length=LONGEST_REFERENCE)
    signed_on = models.DateField()
    use = models.CharField(max_length=10, choices=MandateUse, default=MandateUse.RECURRING)
    last_used_on = models.DateField(null=True, help_text="The day of the latest collection under it.")
    revoked_on = models.DateField(null=True)
    revoked_reason = models.CharField(max_length=300, blank=True)
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["company", "reference"], name="mandate_reference_once_per_creditor"),
            models.CheckConstraint(
                name="mandate_used_after_it_was_signed",
                condition=Q(last_used_on=None) | Q(last_used_on__gte=F("signed_on")),
            ),
            models.CheckConstraint(
                name="mandate_revoked_has_a_reason",
                condition=Q(revoked_on=None, revoked_reason="") | (Q(revoked_on__isnull=False) & ~Q(revoked_reason="")),
            ),
        ]
        indexes = [models.Index(fields=["company", "-id"], name="mandate_newest_first")]
        permissions = [("manage_mandates", "Add, amend and revoke mandates")]

    def __str__(self) -> str:
        return self.reference

    @property
    def given_online(self) -> "GivenMandate | None":
        """How its customer gave it by themselves; None where it was kept here as it was signed."""
        return getattr(self, "given", None)

    @property
    def origin_words(self) -> str:
        """Where it came from."""
        return "Online" if self.given_online else "Kept here"


class MandateAmendment(models.Model):
    """That a mandate is for another account from a day on; the next collection under it tells the bank so."""

    append_only = True

    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="amendments")
    old_account = models.ForeignKey(CustomerAccount, on_delete=models.PROTECT, related_name="+")
    new_account = models.ForeignKey(CustomerAccount, on_delete=models.PROTECT, related_name="+")
    amended_on = models.DateField()
    reason = models.CharField(max_length=300)
    amended_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    amended_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(name="amendment_changes_the_account", condition=~Q(old_account=F("new_account")))
        ]

    def __str__(self) -> str:
        return f"{self.mandate}: {self.old_account} to {self.new_account}"
