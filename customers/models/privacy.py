"""What a person asks of their own data: to have it, or to be erased; and what became of it."""

from django.db import models
from django.db.models import F, Q

from customers.models.customer import Customer
from customers.models.people import Contact
from office.models import Company, User


class PrivacyWish(models.TextChoices):
    ACCESS = "access", "To have their data"
    ERASURE = "erasure", "To be erased"


class PrivacyStatus(models.TextChoices):
    OPEN = "open", "Open"
    DONE = "done", "Done"
    DECLINED = "declined", "Declined"


class PrivacyRequest(models.Model):
    """What a contact, or a customer who is a person, asks of their data; once erased, what went and what stays.

    It never holds their name: whom it is about says the contact or customer, who has a pseudonym once erased.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="privacy_requests")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="privacy_requests")
    contact = models.ForeignKey(
        Contact,
        null=True,
        on_delete=models.PROTECT,
        related_name="privacy_requests",
        help_text="Empty: the customer is the person, with all of its people.",
    )
    wish = models.CharField(max_length=10, choices=PrivacyWish)
    asked_on = models.DateField()
    due_on = models.DateField(help_text="A month after it was asked (Art. 12 (3) GDPR).")
    note = models.CharField("how they asked", max_length=300, blank=True, help_text="Emptied once they are erased.")
    noted_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    noted_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=10, choices=PrivacyStatus, default=PrivacyStatus.OPEN)
    answer = models.CharField(max_length=300, blank=True, help_text="Why it was declined.")
    gone = models.JSONField(default=list, help_text="What was erased: of each kind the words, how, and how many.")
    stays = models.JSONField(default=list, help_text="What stays: of each kind the words, how many, until when, why.")
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "contact", "wish"],
                condition=Q(status="open"),
                name="privacy_asked_once_at_a_time",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="privacy_closed_at_a_moment",
                condition=Q(status="open", closed_at=None, closed_by=None)
                | ~Q(status="open") & Q(closed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="privacy_declined_with_a_reason", condition=Q(status="declined") ^ Q(answer="")
            ),
            models.CheckConstraint(name="privacy_due_after_it_was_asked", condition=Q(due_on__gt=F("asked_on"))),
        ]
        indexes = [models.Index(fields=["company", "-id"], name="privacy_newest_first")]
        permissions = [("manage_privacy", "Hand persons what is held on them, and erase them")]

    def __str__(self) -> str:
        return f"Request {self.pk}: {self.get_wish_display().lower()}"

    @property
    def person(self) -> Contact | Customer:
        """Whose data it is about."""
        return self.contact or self.customer
