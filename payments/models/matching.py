"""How bank lines become receipts: what was matched and why, who pays from which account, and what needs no person."""

from django.db import models
from django.db.models import Q

from customers.models import Customer
from ledger.fields import AmountField
from office.models import Company, User
from payments.models.bank import BankLine
from payments.models.receipts import Receipt


class MatchRule(models.TextChoices):
    """What let a line apply without a person."""

    REFERENCE = "reference", "A reference with check digits, and the exact amount"
    NUMBER_AND_PAYER = "number_and_payer", "A document's number, who paid, and the exact amount"
    PAYER_AND_AMOUNT = "payer_and_amount", "Who paid, and an amount that fits one item of theirs only"
    ADVICE = "advice", "Their remittance advice, of just that amount"


class BankMatch(models.Model):
    """Why a receipt was made of a bank line, in words; without a rule a person said so."""

    append_only = True

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="matches")
    receipt = models.OneToOneField(Receipt, on_delete=models.PROTECT, related_name="bank_match")
    rule = models.CharField(max_length=20, choices=MatchRule, blank=True)
    reasons = models.JSONField(default=list)
    granted = models.JSONField(default=list)
    """The ids of the credit memos that granted early-payment discounts with it."""
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="bank_match_unattended_by_a_rule_we_know", condition=Q(rule__in=["", *MatchRule.values])
            )
        ]

    def __str__(self) -> str:
        return f"{self.line} as {self.receipt}"


class PayerAccount(models.Model):
    """That a customer pays from an account, as a match taught; removed, it speaks for nobody."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="payer_accounts")
    account = models.CharField(max_length=60)
    name = models.CharField(max_length=200, blank=True)
    """Whose account it is, as the bank wrote it last."""
    learned_from = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="+")
    learned_at = models.DateTimeField(auto_now_add=True)
    removed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "account", "customer"],
                condition=Q(removed_at=None),
                name="payer_account_learned_once",
            ),
            models.CheckConstraint(name="payer_account_has_a_number", condition=~Q(account="")),
        ]

    def __str__(self) -> str:
        return self.account


class MatchPolicy(models.Model):
    """What a company lets apply without a person."""

    company = models.OneToOneField(Company, on_delete=models.CASCADE, related_name="match_policy")
    is_automatic = models.BooleanField(
        "match as soon as a file is read", default=True, help_text="Else only when somebody asks for it."
    )
    reference = models.BooleanField(MatchRule.REFERENCE.label, default=True)
    number_and_payer = models.BooleanField(MatchRule.NUMBER_AND_PAYER.label, default=True)
    payer_and_amount = models.BooleanField(MatchRule.PAYER_AND_AMOUNT.label, default=False)
    advice = models.BooleanField(
        MatchRule.ADVICE.label,
        default=False,
        help_text="Where nothing is taken off but discounts in time, and who paid or their number says whose it is.",
    )
    part_payments = models.BooleanField(
        "part payments", default=False, help_text="By the first two rules, also where less came than is open."
    )
    discounts = models.BooleanField(
        "early-payment discounts", default=True, help_text="Where the discount explains the amount, in time."
    )
    most = AmountField(
        "greatest amount", null=True, blank=True, help_text="Above it, a person looks. Empty for any amount."
    )

    class Meta:
        verbose_name_plural = "match policies"
        constraints = [
            models.CheckConstraint(name="match_policy_most_above_zero", condition=Q(most=None) | Q(most__gt=0))
        ]

    def __str__(self) -> str:
        return f"What {self.company} matches unattended"
