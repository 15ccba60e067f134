"""The end of a month: who said that a step of it is done, and the packs of reports kept when it was closed."""

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import Q

from office.models import Company, User


class CloseSignoff(models.Model):
    """That somebody says a step of a month's end is done as it stands, or takes that back. The latest row counts."""

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="close_signoffs")
    month = models.DateField(help_text="Its first day.")
    step = models.SlugField(max_length=40)
    position = models.PositiveIntegerField(help_text="Counts on within the step.")
    is_done = models.BooleanField(help_text="False: it is taken back.")
    open_count = models.PositiveIntegerField(help_text="How much was open when it was signed. With more, it is open.")
    note = models.CharField(max_length=300, blank=True)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        verbose_name = "sign-off of a month's end"
        constraints = [
            models.UniqueConstraint(fields=["company", "month", "step", "position"], name="close_signoff_in_order"),
            models.CheckConstraint(name="close_signoff_of_a_month", condition=Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.step} of {self.month:%Y-%m}"


class ClosePack(models.Model):
    """The reports of a closed month as they were read in one moment after it was closed, kept for good.

    A month that was reopened and closed again has another version; each closing has one pack at most.
    """

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="close_packs")
    month = models.DateField(help_text="Its first day.")
    version = models.PositiveIntegerField(help_text="Counts on within the month.")
    closed_at = models.DateTimeField(help_text="The closing that it belongs to.")
    known_at = models.DateTimeField(help_text="The moment of the book in which all of it was read.")
    file_count = models.PositiveIntegerField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=TransactionNow())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "month", "version"], name="close_pack_version_once"),
            models.UniqueConstraint(fields=["company", "month", "closed_at"], name="close_pack_once_per_closing"),
            models.CheckConstraint(name="close_pack_of_a_month", condition=Q(month__day=1)),
            models.CheckConstraint(name="close_pack_holds_files", condition=Q(file_count__gt=0)),
        ]

    def __str__(self) -> str:
        return f"Pack {self.version} of {self.month:%Y-%m}"


class ClosePackFile(models.Model):
    """A report of a pack in one form, or the figures of all of them, by which it is compared later."""

    append_only = True

    pack = models.ForeignKey(ClosePack, on_delete=models.PROTECT, related_name="files")
    report = models.SlugField(max_length=40)
    title = models.CharField(max_length=100)
    form = models.CharField(max_length=4, help_text="How its name ends: pdf, xlsx or json.")
    content = models.BinaryField()
    size = models.PositiveBigIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64)

    class Meta:
        ordering = ["pack", "pk"]
        constraints = [models.UniqueConstraint(fields=["pack", "report", "form"], name="close_pack_file_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """What the file is called."""
        return f"{self.pack.month:%Y-%m}-v{self.pack.version}-{self.report}.{self.form}"
