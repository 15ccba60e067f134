from django.db import models
from django.db.models import Q


class AccountRole(models.TextChoices):
    """What the book uses an account for; several accounts may share a role, one of them is its default."""

    RECEIVABLE = "receivable", "Accounts receivable"
    BANK = "bank", "Bank"
    SALES = "sales", "Sales"
    TAX = "tax", "Tax payable"
    TAX_WITHHELD = "tax_withheld", "Tax withheld by customers"
    DEPOSITS = "deposits", "Deposits received"
    DISCOUNT = "discount", "Discounts allowed"
    BANK_CHARGES = "bank_charges", "Bank charges"
    BAD_DEBT = "bad_debt", "Bad debt"
    BAD_DEBT_RECOVERED = "bad_debt_recovered", "Bad debt recovered"
    PROVISION = "provision", "Provision for expected credit loss"
    IMPAIRMENT = "impairment", "Impairment loss on receivables"
    INTEREST = "interest", "Interest income"
    FEE = "fee", "Fee income"
    EXCHANGE = "exchange", "Exchange gain and loss"
    REVALUATION = "revaluation", "Revaluation of foreign currency"
    ROUNDING = "rounding", "Rounding"
    REFUNDS = "refunds", "Customer refunds clearing"
    OPENING = "opening", "Opening balances"


class Account(models.Model):
    """One account of a company's book."""

    company_id = models.BigIntegerField()
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=20, choices=AccountRole)
    is_default = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["company_id", "code"]
        constraints = [
            models.UniqueConstraint(fields=["company_id", "code"], name="account_code_once_per_company"),
            models.UniqueConstraint(
                fields=["company_id", "role"],
                condition=Q(is_default=True),
                name="account_default_once_per_role",
            ),
            models.UniqueConstraint(
                fields=["company_id"],
                condition=Q(role="receivable"),
                name="account_receivable_once_per_company",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
