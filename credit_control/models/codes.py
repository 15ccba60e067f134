from django.db import models
from django.db.models import Q

from credit_control.models.statements import AccountLink

MOST_TRIES = 5


class AccountCode(models.Model):
    """A code of six digits, mailed to the contact of a link: whoever types it reads that person's mail.

    It is drawn when its mail is written, and only its keyed hash is kept. It ends when it is used, when a newer one is
    asked for, and after so many tries; `number` counts the codes of a link.
    """

    link = models.ForeignKey(AccountLink, on_delete=models.PROTECT, related_name="codes")
    number = models.PositiveIntegerField()
    code_hash = models.CharField(max_length=64, blank=True, help_text="Empty until its mail is written.")
    asked_at = models.DateTimeField(auto_now_add=True)
    expires_at = models.DateTimeField()
    tries = models.PositiveSmallIntegerField(default=0)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["link", "number"], name="account_code_counted_once"),
            models.UniqueConstraint(fields=["link"], condition=Q(ended_at=None), name="account_code_one_at_a_time"),
            models.CheckConstraint(name="account_code_tried_so_often", condition=Q(tries__lte=MOST_TRIES)),
        ]

    def __str__(self) -> str:
        return f"Code {self.number} of {self.link}"
