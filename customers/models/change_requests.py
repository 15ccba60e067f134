"""A change of what we know of a customer, asked by one of their people. It counts once somebody here agrees."""

from django.db import models
from django.db.models import Q

from customers.models.customer import Customer
from customers.models.people import Contact
from office.models import Company, User


class ChangeTopic(models.TextChoices):
    ADDRESS = "address", "Billing address"
    CONTACT = "contact", "Name, e-mail or phone"
    TAX_ID = "tax_id", "VAT or tax id"
    PO_NUMBER = "po_number", "Their order number"
    ACCOUNT = "account", "Bank account"


class ChangeStatus(models.TextChoices):
    OPEN = "open", "Waiting"
    APPROVED = "approved", "Approved"
    REFUSED = "refused", "Refused"


class ChangeRequest(models.Model):
    """What a contact wants changed: how it was when they asked, and how they want it, field by field.

    Of a bank account only the last digits stand there; the number itself is sealed until somebody decides.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="change_requests")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="change_requests")
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="change_requests")
    topic = models.CharField(max_length=10, choices=ChangeTopic)
    before = models.JSONField()
    wanted = models.JSONField()
    sealed_number = models.TextField(blank=True)
    asked_at = models.DateTimeField(auto_now_add=True)
    status = models.CharField(max_length=10, choices=ChangeStatus, default=ChangeStatus.OPEN)
    reason = models.CharField(max_length=300, blank=True, help_text="What the customer reads of it.")
    decided_at = models.DateTimeField(null=True)
    decided_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["customer", "topic"],
                condition=Q(status="open") & ~Q(topic="contact"),
                name="change_asked_once_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["contact"],
                condition=Q(status="open", topic="contact"),
                name="change_of_a_contact_asked_once_at_a_time",
            ),
            models.CheckConstraint(
                name="change_decided_at_a_moment",
                condition=Q(status="open", decided_at=None, decided_by=None)
                | ~Q(status="open") & Q(decided_at__isnull=False, sealed_number=""),
            ),
            models.CheckConstraint(name="change_refused_with_a_reason", condition=~Q(status="refused") | ~Q(reason="")),
        ]
        indexes = [models.Index(fields=["company", "-id"], name="change_request_newest_first")]
        permissions = [("decide_changes", "Approve or refuse what customers ask to be changed")]

    def __str__(self) -> str:
        return f"{self.get_topic_display()} of {self.customer.name}"
