from django.db import models
from django.db.models import Q

from customers.models import Customer
from office.models import Company, User


class NoteKind(models.TextChoices):
    CALL = "call", "Call"
    MAIL = "mail", "Mail"
    LETTER = "letter", "Letter"
    VISIT = "visit", "Visit"
    NOTE = "note", "Note"


class ContactNote(models.Model):
    """What was said between a collector and a customer, and when they are to be asked again."""

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="contact_notes")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="contact_notes")
    kind = models.CharField(max_length=10, choices=NoteKind, default=NoteKind.CALL)
    person = models.CharField("whom", max_length=100, blank=True)
    words = models.CharField("what was said", max_length=1000)
    next_contact_on = models.DateField("ask again on", null=True, blank=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.CheckConstraint(name="contact_note_says_something", condition=~Q(words=""))]
        indexes = [
            models.Index(fields=["company", "-id"], name="contact_note_newest_first"),
            models.Index(fields=["customer", "-id"], name="contact_note_by_customer"),
        ]
        permissions = [("work_list", "Work the collectors' list: note calls, set next days, assign customers")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.words[:60]}"


class CreditFile(models.Model):
    """Who collects from a customer, and when they are asked next; a customer without a row is nobody's."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="credit_files")
    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, related_name="credit_file")
    collector = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="credit_files")
    next_contact_on = models.DateField(null=True)

    def __str__(self) -> str:
        return f"{self.customer}: {self.collector or 'nobody'}"
