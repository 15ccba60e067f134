from django.contrib.postgres.functions import TransactionNow
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q


class SavedView(models.Model):
    """A list or report as somebody wants to see it again: an address of ours with a name."""

    company = models.ForeignKey("office.Company", on_delete=models.PROTECT, related_name="+")
    owner = models.ForeignKey("office.User", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=100)
    title = models.CharField(max_length=100, help_text="What the page is called, such as Invoices.")
    path = models.CharField(max_length=200, help_text="The page's address, such as /invoices/.")
    query = models.TextField(
        blank=True, help_text="What narrows, orders and shows it: only what the page knows, such as ?state=overdue."
    )
    is_shared = models.BooleanField(default=False, help_text="Whether all who may open the page see it.")
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["company", "path", "owner", "name"], name="view_name_once_per_owner_and_list"
            ),
            models.CheckConstraint(name="view_has_a_name", condition=~Q(name="")),
            models.CheckConstraint(name="view_is_of_this_site", condition=Q(path__regex="^/([^/]|$)")),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        """The page as this view shows it."""
        return self.path + self.query


class FileFormat(models.TextChoices):
    EXCEL = "xlsx", "Excel"
    CSV = "csv", "CSV"
    PDF = "pdf", "PDF"


class Rhythm(models.TextChoices):
    WORKING_DAY = "working_day", "Each working day"
    WEEK_DAY = "week_day", "Each week"
    MONTH_DAY = "month_day", "Each month"


class WeekDay(models.IntegerChoices):
    MONDAY = 0
    TUESDAY = 1
    WEDNESDAY = 2
    THURSDAY = 3
    FRIDAY = 4
    SATURDAY = 5
    SUNDAY = 6


class ViewSchedule(models.Model):
    """A view that goes to people by mail, each time as each of them sees it then."""

    view = models.ForeignKey(SavedView, on_delete=models.CASCADE, related_name="schedules")
    people = models.ManyToManyField("office.User", related_name="+")
    format = models.CharField(max_length=4, choices=FileFormat)
    rhythm = models.CharField(max_length=12, choices=Rhythm)
    week_day = models.PositiveSmallIntegerField(null=True, blank=True, choices=WeekDay)
    month_day = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(31)],
        help_text="In a shorter month its last day.",
    )
    hour = models.PositiveSmallIntegerField(
        validators=[MaxValueValidator(23)], help_text="The full hour, in the company's time zone."
    )
    next_at = models.DateTimeField(null=True, help_text="When it is due; nothing while it is paused.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="view_schedule_names_its_day",
                condition=Q(rhythm="working_day", week_day=None, month_day=None)
                | Q(rhythm="week_day", week_day__isnull=False, week_day__range=(0, 6), month_day=None)
                | Q(rhythm="month_day", month_day__isnull=False, month_day__range=(1, 31), week_day=None),
            ),
            models.CheckConstraint(name="view_schedule_hour_of_a_day", condition=Q(hour__lte=23)),
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(next_at__isnull=False), name="view_schedule_due")]

    def __str__(self) -> str:
        return f"{self.view} as {self.get_format_display()}, {self.rhythm_words}"

    @property
    def rhythm_words(self) -> str:
        """When it is sent, such as `each Monday at 07:00`."""
        day = "each working day"
        if self.rhythm == Rhythm.WEEK_DAY:
            day = f"each {self.get_week_day_display()}"
        elif self.rhythm == Rhythm.MONTH_DAY:
            day = "on the last day of each month" if self.month_day == 31 else f"on day {self.month_day} of each month"
        return f"{day} at {self.hour:02}:00"


class ViewSending(models.Model):
    """One mail of a schedule: to whom, for which time it was due, and why not, where it was not sent."""

    schedule = models.ForeignKey(ViewSchedule, on_delete=models.CASCADE, related_name="sendings")
    person = models.ForeignKey("office.User", on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    mail = models.ForeignKey("office.OutgoingMail", null=True, on_delete=models.PROTECT, related_name="+")
    refusal = models.CharField(max_length=300, blank=True, help_text="Why this person got none.")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["schedule", "due_at", "person"], name="view_sent_once_for_each_time_and_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.schedule.view} to {self.person}"


class KeptFile(models.Model):
    """A file that a run made for one person, kept for some days."""

    run = models.OneToOneField("office.Run", on_delete=models.PROTECT, related_name="kept_file")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    size = models.BigIntegerField(help_text="In bytes.")
    only_own_customers = models.BooleanField(help_text="Whether its maker saw only their own customers then.")
    made_at = models.DateTimeField(db_default=TransactionNow())
    expires_at = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return self.name


class KeptFilePart(models.Model):
    """A megabyte of a kept file, or what is left of it."""

    file = models.ForeignKey(KeptFile, on_delete=models.CASCADE, related_name="parts")
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="kept_file_part_once")]

    def __str__(self) -> str:
        return f"{self.file}, part {self.position}"
