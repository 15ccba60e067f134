"""Mandates that customers gave by themselves, on the page behind their link. One counts once somebody here agrees."""

from django.db import models
from django.db.models import Q

from customers.models.customer import Customer
from customers.models.mandates import Mandate
from customers.models.people import Contact
from office.languages import LANGUAGES
from office.models import Company, User


class GivenStatus(models.TextChoices):
    OPEN = "open", "Waiting"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"
    WITHDRAWN = "withdrawn", "Ended before"


class GivenMandate(models.Model):
    """How a mandate was given: by whom, when, from which network, and all that they read and agreed to.

    Nothing is collected under it before somebody here has approved it: a link may be in other hands.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="given_mandates")
    mandate = models.OneToOneField(Mandate, on_delete=models.PROTECT, related_name="given")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="+")
    given_at = models.DateTimeField(auto_now_add=True)
    address_prefix = models.CharField("from the network", max_length=43, blank=True)
    printed = models.JSONField(help_text="Names, addresses, words and language as they were when it was given.")
    status = models.CharField(max_length=10, choices=GivenStatus, default=GivenStatus.OPEN)
    reason = models.CharField(max_length=300, blank=True, help_text="What the customer reads of it.")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(status="open"), name="mandate_given_once_at_a_time"
            ),
            models.CheckConstraint(
                name="given_mandate_decided_at_a_moment",
                condition=Q(status="open", decided_at=None, decided_by=None)
                | ~Q(status="open") & Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="given_mandate_declined_with_a_reason", condition=Q(status="declined") ^ Q(reason="")
            ),
        ]
        permissions = [("decide_mandates", "Approve or decline mandates that customers give by themselves")]

    @property
    def language_name(self) -> str:
        """The language in which it was read."""
        return LANGUAGES[self.printed["language"].partition("-")[0]]

    def __str__(self) -> str:
        return f"{self.mandate} of {self.customer.name}"


class MandatePdf(models.Model):
    """A mandate as its customer gave it: made once, kept, and the same for everybody."""

    append_only = True

    given = models.OneToOneField(GivenMandate, on_delete=models.PROTECT, related_name="pdf")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.given}: {self.sha256}"
