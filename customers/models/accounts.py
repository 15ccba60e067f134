from django.db import models
from django.db.models import F, Q

from customers.models.customer import Customer
from office.models import Company, User


class AccountKind(models.TextChoices):
    """How an account is numbered."""

    IBAN = "iban", "IBAN"
    US = "us", "US routing and account number"
    UK = "uk", "British sort code and account number"


class CustomerAccount(models.Model):
    """A customer's own bank account, which we may debit or pay back to once a second person has confirmed it.

    Its number is sealed; it never changes: another number is another account, which may replace this one.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="customer_accounts")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="accounts")
    kind = models.CharField(max_length=4, choices=AccountKind)
    holder = models.CharField(max_length=70)
    sealed_number = models.TextField()
    number_hash = models.CharField(max_length=64)
    last_four = models.CharField(max_length=4)
    bank_code = models.CharField(max_length=9, blank=True, help_text="Routing number or sort code; an IBAN holds it.")
    bic = models.CharField(max_length=11, blank=True)
    bank_name = models.CharField(max_length=200, blank=True)
    country = models.CharField(max_length=2)
    takes_sepa = models.BooleanField(default=False)
    is_savings = models.BooleanField(default=False, help_text="US accounts are told apart by this.")
    replaces = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="replaced_by")
    added_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(auto_now_add=True)
    confirmed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    confirmed_at = models.DateTimeField(null=True)
    blocked_reason = models.CharField(max_length=300, blank=True)
    blocked_at = models.DateTimeField(null=True)
    closed_reason = models.CharField(max_length=300, blank=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "number_hash"], condition=Q(closed_at=None), name="customer_account_once_at_a_time"
            ),
            models.CheckConstraint(
                name="nobody_confirms_the_account_they_added", condition=~Q(confirmed_by=F("added_by"))
            ),
            models.CheckConstraint(
                name="customer_account_blocked_has_a_reason",
                condition=Q(blocked_at=None, blocked_reason="") | (Q(blocked_at__isnull=False) & ~Q(blocked_reason="")),
            ),
            models.CheckConstraint(
                name="customer_account_closed_has_a_reason",
                condition=Q(closed_at=None, closed_reason="") | (Q(closed_at__isnull=False) & ~Q(closed_reason="")),
            ),
        ]
        indexes = [models.Index(fields=["number_hash"], name="customer_account_by_hash")]
        permissions = [
            ("view_accounts", "See customers' bank accounts and mandates, their numbers masked"),
            ("manage_accounts", "Add, block, release and close customers' bank accounts"),
            ("reveal_account", "See the whole number of a customer's bank account"),
        ]

    def __str__(self) -> str:
        return f"{self.masked_number} of {self.holder}"

    @property
    def masked_number(self) -> str:
        """Its country and its last four characters."""
        return f"{self.country} •••• {self.last_four}"

    @property
    def state(self) -> str:
        """One of waiting, blocked, closed, usable."""
        if self.closed_at:
            return "closed"
        if not self.confirmed_at:
            return "waiting"
        return "blocked" if self.blocked_at else "usable"

    @property
    def reason_not_to_use(self) -> str:
        """Why no money may be moved with it, in words; nothing where it may."""
        return {
            "closed": f"the account was closed: {self.closed_reason}",
            "waiting": "the account waits for a second person's word",
            "blocked": f"the account is blocked: {self.blocked_reason}",
        }.get(self.state, "")
