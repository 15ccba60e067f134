from django.db import models
from django.db.models import Q

from office.mail_codes import bounce_words
from office.persons import emails_in, person_email, sees_persons


class MailStatus(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    HANDED_OVER = "handed_over", "Handed over"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNCERTAIN = "uncertain", "Uncertain"
    BOUNCED = "bounced", "Bounced"
    CANCELLED = "cancelled", "Cancelled"


class OutgoingMail(models.Model):
    """One mail to one customer's contact, or to one of us. Its key says what it is, so it is written once.

    The kind's writer (office.mail) composes it just before it leaves; nothing secret is kept here.
    """

    key = models.CharField(max_length=200, unique=True)
    kind = models.CharField(max_length=30)
    company = models.ForeignKey("office.Company", on_delete=models.PROTECT, related_name="+")
    customer_id = models.BigIntegerField(null=True)
    contact_id = models.BigIntegerField(null=True)
    staff = models.ForeignKey("office.User", null=True, on_delete=models.PROTECT, related_name="+")
    about_type = models.CharField(max_length=40, help_text="What the mail is about, such as billing.invoice.")
    about_id = models.BigIntegerField()
    country = models.CharField(max_length=2, blank=True, help_text="Where it is read; empty: as the company.")
    region = models.CharField(max_length=100, blank=True)
    to_email = models.EmailField(blank=True, help_text="The contact's address, taken anew when it is composed.")
    subject = models.CharField(max_length=200, blank=True)
    status = models.CharField(max_length=12, choices=MailStatus, default=MailStatus.QUEUED)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(help_text="Not before this moment.")
    leased_until = models.DateTimeField(null=True, blank=True)
    explanation = models.CharField(
        max_length=500,
        blank=True,
        help_text="Why it failed, came back, was cancelled or is uncertain.",
    )
    queued_at = models.DateTimeField(auto_now_add=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    bounced_at = models.DateTimeField(null=True, editable=False, help_text="When it was refused or came back.")
    bounce_code = models.CharField(max_length=11, blank=True, help_text="Why, as mail servers say it: 5.1.1 or 550.")
    kept_message = models.BinaryField(null=True, editable=False, help_text="The whole mail, where no relay is set up.")

    searched_masked = {"subject": (), "to_email": ()}

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="mail_leased_while_sending",
                condition=~Q(status="sending") | Q(leased_until__isnull=False),
            ),
            models.CheckConstraint(
                name="mail_to_a_contact_or_to_staff",
                condition=Q(staff=None, customer_id__isnull=False, contact_id__isnull=False)
                | Q(staff__isnull=False, customer_id=None, contact_id=None),
            ),
            models.CheckConstraint(
                name="mail_bounced_at_a_moment", condition=Q(status="bounced") ^ Q(bounced_at__isnull=True)
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=Q(status__in=["queued", "sending", "handed_over"]),
                name="mail_due",
            ),
            models.Index(
                fields=["status", "contact_id"],
                condition=Q(status__in=["failed", "uncertain", "bounced"]),
                name="mail_in_trouble",
            ),
            models.Index(fields=["about_type", "about_id"], name="mail_by_subject"),
            models.Index(fields=["contact_id", "finished_at"], name="mail_by_contact"),
            models.Index(fields=["customer_id", "finished_at"], name="mail_by_customer"),
            models.Index(fields=["company", "-id"], name="mail_newest_first"),
        ]
        permissions = [
            ("read_mail", "Read outgoing mail"),
            ("settle_mail", "Retry, cancel or settle outgoing mail"),
            ("take_returned_mail", "Hand in mail that came back"),
        ]

    @property
    def shown_to(self) -> str:
        """The address as whoever reads may see it."""
        return person_email(self.to_email)

    @property
    def shown_subject(self) -> str:
        """The subject; what kind of mail it is for whoever may not see persons' data, as a subject may name one."""
        return self.subject if sees_persons() else self.kind.replace("_", " ").capitalize()

    @property
    def shown_explanation(self) -> str:
        """The explanation as whoever reads may see it."""
        return emails_in(self.explanation)

    def __str__(self) -> str:
        return self.key

    @property
    def message_id(self) -> str:
        """The same at every attempt, so a mail taken twice is seen as one."""
        return f"<{self.envelope_id}>"

    @property
    def envelope_id(self) -> str:
        """What its envelope says to the relay, which may name it when the mail comes back."""
        return f"mail-{self.pk}.{self.queued_at:%Y%m%d%H%M%S%f}@duebook"

    @property
    def bounce_words(self) -> str:
        """Why it came back, for a person: `mailbox unknown (5.1.1)`."""
        return bounce_words(self.bounce_code)
