"""Opening a new customer's account on application: what is asked, what was looked at, and who said yes."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from customers.models.customer import Customer
from customers.models.terms import PaymentTerms
from ledger.fields import AmountField
from office.models import Company, User


class ApplicationStatus(models.TextChoices):
    OPEN = "open", "Open"
    APPROVED = "approved", "Approved"
    DECLINED = "declined", "Declined"


class PointKey(models.TextChoices):
    """What can be looked at before an account is opened."""

    TAX_ID = "tax_id", "The tax id is valid"
    REGISTRY_NUMBER = "registry_number", "The registry number is known"
    ADDRESS = "address", "The address is complete"
    CONTACT = "contact", "A contact has an e-mail address"
    TERMS = "terms", "Terms are chosen"
    LIMIT = "limit", "The credit limit is decided"
    WAY_TO_PAY = "way_to_pay", "There is a mandate, or another way to pay"
    REGISTRY_EXTRACT = "registry_extract", "The registry's extract was read"
    CREDIT_REPORT = "credit_report", "A credit report was read"
    REFERENCES = "references", "Other suppliers were asked"


USUALLY_REQUIRED = [
    PointKey.TAX_ID,
    PointKey.ADDRESS,
    PointKey.CONTACT,
    PointKey.TERMS,
    PointKey.LIMIT,
    PointKey.WAY_TO_PAY,
]


def usually_required() -> list[str]:
    """The points that a company requires which has not said so itself."""
    return [key.value for key in USUALLY_REQUIRED]


class AccountApplication(models.Model):
    """That a customer is to be billed, with a limit and terms; nothing is before somebody else has said yes.

    What was asked stays as it was asked, and is decided once.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="applications")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="applications")
    wanted_limit = AmountField("wanted limit", null=True, help_text="In the customer's currency; none: not decided.")
    wanted_terms = models.ForeignKey(PaymentTerms, null=True, on_delete=models.PROTECT, related_name="+")
    wanted_net_days = models.PositiveSmallIntegerField("wanted days to pay", null=True, help_text="Without terms.")
    note = models.CharField(max_length=300, blank=True)
    asked_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=10, choices=ApplicationStatus, default=ApplicationStatus.OPEN)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField(null=True)
    reason = models.CharField("why it was decided so", max_length=300, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer"], condition=Q(status="open"), name="application_open_once_per_customer"
            ),
            models.CheckConstraint(
                name="application_wants_a_limit_of_zero_or_more",
                condition=Q(wanted_limit=None) | Q(wanted_limit__gte=0),
            ),
            models.CheckConstraint(
                name="application_wants_terms_or_days", condition=Q(wanted_terms=None) | Q(wanted_net_days=None)
            ),
            models.CheckConstraint(
                name="application_decided_at_a_moment",
                condition=Q(status="open", decided_at=None, decided_by=None, reason="")
                | ~Q(status="open") & Q(decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="application_declined_with_a_reason", condition=~Q(status="declined") | ~Q(reason="")
            ),
            models.CheckConstraint(
                name="nobody_opens_the_account_they_asked_for",
                condition=~Q(status="approved") | Q(decided_by=None) | ~Q(decided_by=F("asked_by")),
            ),
        ]
        indexes = [models.Index(fields=["company", "-id"], name="application_newest_first")]
        permissions = [("manage_applications", "Look through applications for an account, and decide them")]

    def __str__(self) -> str:
        return self.customer.name


class PointAct(models.TextChoices):
    """What somebody said of a point."""

    TICKED = "ticked", "Done"
    WAIVED = "waived", "Waived"
    REOPENED = "reopened", "Open again"


class ApplicationPoint(models.Model):
    """What somebody said of a point of an application, and why; the last of a point counts."""

    append_only = True

    application = models.ForeignKey(AccountApplication, on_delete=models.PROTECT, related_name="said")
    point = models.CharField(max_length=20, choices=PointKey)
    act = models.CharField(max_length=10, choices=PointAct)
    note = models.CharField(max_length=300)
    said_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    said_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="application_point_has_a_note", condition=~Q(note=""))]

    def __str__(self) -> str:
        return f"{self.get_point_display()}: {self.get_act_display()}"


class ApplicationPolicy(models.Model):
    """Which points a company requires before it opens an account."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="application_policy")
    required = ArrayField(models.CharField(max_length=20, choices=PointKey), default=usually_required)

    class Meta:
        verbose_name_plural = "application policies"

    def __str__(self) -> str:
        return f"Applications of {self.company}"


def application_policy_of(company: Company) -> ApplicationPolicy:
    """The company's policy, or the usual one where it has said nothing."""
    return ApplicationPolicy.objects.filter(company=company).first() or ApplicationPolicy(company=company)
