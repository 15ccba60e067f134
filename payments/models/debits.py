"""Direct debits: what was announced."""

from django.db import models
from django.db.models import Q

from customers.models import Customer, Mandate
from ledger.fields import AmountField, CurrencyField
from ledger.models import OpenItem
from office.models import Company


class DebitNotice(models.Model):
    """That a customer was told what is debited on a day, under which mandate."""

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="debit_notices")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="debit_notices")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="notices")
    collect_on = models.DateField()
    currency = CurrencyField()
    announced_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["customer", "-id"], name="debit_notice_by_customer")]

    def __str__(self) -> str:
        return f"Debit of {self.collect_on} under {self.mandate}"


class DebitNoticeLine(models.Model):
    """An open item that was announced, and how much of it was open then; once under each mandate."""

    append_only = True

    notice = models.ForeignKey(DebitNotice, on_delete=models.PROTECT, related_name="lines")
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, related_name="+")
    item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="debit_notices")
    amount = AmountField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["mandate", "item"], name="debit_announced_once_under_a_mandate"),
            models.CheckConstraint(name="debit_announced_above_zero", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.item.reference}: {self.amount}"
