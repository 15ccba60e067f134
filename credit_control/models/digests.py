from django.db import models
from django.db.models import F, Q

from office.models import Company, User


class SalesDigest(models.Model):
    """That somebody in sales is mailed what happened to their customers between two moments: once a day."""

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="sales_digests")
    person = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sales_digests")
    on = models.DateField()
    since = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        permissions = [("sell", "Have a page of one's own customers")]
        constraints = [
            models.UniqueConstraint(fields=["company", "person", "on"], name="sales_digest_once_a_day"),
            models.CheckConstraint(name="sales_digest_moments_in_order", condition=Q(since__lt=F("until"))),
        ]

    def __str__(self) -> str:
        return f"{self.person} {self.on}"
