from django.db import models
from django.db.models import Q

from customers.models import Customer, CustomerGroup
from ledger.fields import AmountField
from ledger.models import OpenItem
from office.models import Company, User


class Channel(models.TextChoices):
    MAIL = "mail", "Mail"
    LETTER = "letter", "Letter by post"
    CALL = "call", "Phone call"


class Tone(models.TextChoices):
    """How a reminder is worded; each has texts of its own in every language."""

    NOTICE = "notice", "Notice before it is late"
    FIRST = "first", "First reminder"
    SECOND = "second", "Second reminder"
    FINAL = "final", "Final notice"


def days_words(days: int) -> str:
    """A step by its days, for a person."""
    if not days:
        return "on the due day"
    return f"{abs(days)} day{'s' * (abs(days) != 1)} {'before' if days < 0 else 'after'} the due day"


class ReminderLadder(models.Model):
    """The steps by which customers are reminded of what they owe."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="reminder_ladders")
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="reminder_ladder_name_once_per_company"),
        ]

    def __str__(self) -> str:
        return self.name


class ReminderStep(models.Model):
    """One step: so many days after the due day, before it where negative, by which way and in which words."""

    ladder = models.ForeignKey(ReminderLadder, on_delete=models.CASCADE, related_name="steps")
    days = models.SmallIntegerField("days after the due day", help_text="Negative: before it.")
    channel = models.CharField(max_length=10, choices=Channel, default=Channel.MAIL)
    tone = models.CharField(max_length=10, choices=Tone, default=Tone.FIRST)
    has_letter = models.BooleanField("with a letter as PDF", default=True)

    class Meta:
        ordering = ["days"]
        constraints = [
            models.UniqueConstraint(fields=["ladder", "days"], name="reminder_step_day_once_per_ladder"),
            models.CheckConstraint(name="reminder_step_days_sensible", condition=Q(days__gte=-90, days__lte=730)),
        ]

    def __str__(self) -> str:
        return f"{self.get_tone_display()}, {days_words(self.days)}"


class LadderChoice(models.Model):
    """Which ladder a customer, a group, or without either the whole company has; without one nobody is reminded."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="ladder_choices")
    group = models.ForeignKey(CustomerGroup, null=True, on_delete=models.CASCADE, related_name="+")
    customer = models.ForeignKey(Customer, null=True, on_delete=models.CASCADE, related_name="+")
    ladder = models.ForeignKey(ReminderLadder, null=True, on_delete=models.PROTECT, related_name="choices")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company"], condition=Q(group=None, customer=None), name="ladder_choice_once_per_company"
            ),
            models.UniqueConstraint(fields=["group"], name="ladder_choice_once_per_group"),
            models.UniqueConstraint(fields=["customer"], name="ladder_choice_once_per_customer"),
            models.CheckConstraint(name="ladder_choice_of_one", condition=Q(group=None) | Q(customer=None)),
        ]

    def __str__(self) -> str:
        return f"{self.customer or self.group or self.company}: {self.ladder or 'nothing'}"


class Reminder(models.Model):
    """That a customer was reminded on a day, of all that was at a step then: one for a customer and day."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="reminders")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="reminders")
    reminded_on = models.DateField()
    channel = models.CharField(max_length=10, choices=Channel)
    tone = models.CharField(max_length=10, choices=Tone)
    has_letter = models.BooleanField(default=True)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [
            models.Index(fields=["company", "-id"], name="reminder_newest_first"),
            models.Index(fields=["customer", "-id"], name="reminder_by_customer"),
        ]
        permissions = [("send_reminders", "Send reminders, by hand and as a run")]

    def __str__(self) -> str:
        return f"{self.get_tone_display()} of {self.reminded_on}"


class ReminderItem(models.Model):
    """That an item was reminded of at a step: once, unless the mail never reached anybody."""

    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="items")
    item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="reminded")
    days = models.SmallIntegerField(help_text="The step: its days after the due day.")
    amount = AmountField(help_text="What is asked for: as of the mail, before it as of the reminder.")
    dropped = models.CharField(
        max_length=200, blank=True, help_text="Why it was left out when the mail was about to leave, or did not count."
    )

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["item", "days"], condition=Q(dropped=""), name="reminded_once_at_a_step"),
            models.CheckConstraint(name="reminder_item_above_zero", condition=Q(amount__gt=0)),
        ]

    def __str__(self) -> str:
        return f"{self.item.reference}: {self.amount}"

    @property
    def step_words(self) -> str:
        """The step, for a person."""
        return days_words(self.days)


class ReminderPdf(models.Model):
    """The letter as it went along with a mail, or as it was printed to be posted."""

    reminder = models.ForeignKey(Reminder, on_delete=models.PROTECT, related_name="pdfs")
    mail_id = models.BigIntegerField(null=True)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["reminder", "mail_id"], nulls_distinct=False, name="reminder_pdf_once_per_mail"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.reminder}: {self.sha256}"


class ReminderDay(models.Model):
    """That a company's reminders of a day were begun by the schedule: the day's row is what makes it once."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="reminder_days")
    on = models.DateField()
    run_id = models.BigIntegerField(null=True)
    outcome = models.CharField(max_length=200)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "on"], name="reminder_day_once")]

    def __str__(self) -> str:
        return f"{self.company} {self.on}: {self.outcome}"


class DueDayChange(models.Model):
    """That an item's due day was put off, as agreed with the customer; the newest holds, the book keeps the old one."""

    append_only = True

    item = models.ForeignKey(OpenItem, on_delete=models.PROTECT, related_name="due_day_changes")
    before = models.DateField()
    due_on = models.DateField()
    reason = models.CharField(max_length=300)
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["id"]
        constraints = [models.CheckConstraint(name="due_day_changes", condition=~Q(before=models.F("due_on")))]
        permissions = [("put_off_due_day", "Put off the day on which something is due")]

    def __str__(self) -> str:
        return f"{self.item.reference}: {self.due_on}"
