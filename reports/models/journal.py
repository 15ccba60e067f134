"""What went to other books: batches of entries, each entry in one batch that stands, and the file that was made."""

from datetime import date

from django.contrib.postgres.functions import TransactionNow
from django.db import models
from django.db.models import F, Q

from ledger.fields import AmountField
from ledger.models import Entry
from office.models import Company, User


class JournalFormat(models.TextChoices):
    """In which form a bookkeeper's program reads a journal."""

    CSV = "csv", "CSV"
    EXCEL = "xlsx", "Excel"
    DATEV = "datev", "DATEV Buchungsstapel"
    QUICKBOOKS = "iif", "QuickBooks Desktop (IIF)"
    QUICKBOOKS_ONLINE = "qbo", "QuickBooks Online (CSV)"
    XERO = "xero", "Xero manual journals (CSV)"


class JournalBatch(models.Model):
    """Entries of the book that went to other books together. A wrong one is withdrawn; its entries are free again."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="journal_batches")
    number = models.PositiveIntegerField(help_text="Counts on within the company.")
    format = models.CharField(max_length=10, choices=JournalFormat)
    first_day = models.DateField(null=True, help_text="Empty: all entries up to the last day.")
    last_day = models.DateField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(db_default=TransactionNow())
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=300, blank=True)

    file: "JournalFile"

    class Meta:
        verbose_name = "journal export"
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="journal_batch_number_once"),
            models.CheckConstraint(
                name="journal_batch_days_in_order", condition=Q(first_day=None) | Q(first_day__lte=F("last_day"))
            ),
            models.CheckConstraint(
                name="journal_batch_withdrawn_for_a_reason",
                condition=Q(withdrawn_at=None) ^ ~Q(withdrawn_reason=""),
            ),
        ]
        permissions = [("export_journal", "Export the journal to other books")]

    def __str__(self) -> str:
        return f"Journal {self.number}"

    @property
    def state(self) -> str:
        """Whether its entries count as exported."""
        return "withdrawn" if self.withdrawn_at else "made"

    @property
    def days(self) -> tuple[date | None, date]:
        """The first day, if there is one, and the last."""
        return self.first_day, self.last_day


class JournalBatchEntry(models.Model):
    """An entry in a batch. It is in one batch that stands at most."""

    batch = models.ForeignKey(JournalBatch, on_delete=models.PROTECT, related_name="entries")
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="journal_batches", db_index=False)
    stands = models.BooleanField(default=True, help_text="Until its batch is withdrawn.")

    class Meta:
        verbose_name_plural = "journal batch entries"
        constraints = [
            models.UniqueConstraint(fields=["entry"], condition=Q(stands=True), name="entry_in_one_journal_batch"),
            models.UniqueConstraint(fields=["entry", "batch"], name="entry_once_per_journal_batch"),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} in {self.batch_id}"


class JournalFile(models.Model):
    """The file of a batch, as it was made; its bytes are in parts, so that a large one is never in memory at once."""

    append_only = True

    batch = models.OneToOneField(JournalBatch, on_delete=models.PROTECT, related_name="file")
    name = models.CharField(max_length=100)
    media_type = models.CharField(max_length=100)
    size = models.PositiveBigIntegerField(help_text="In bytes.")
    sha256 = models.CharField(max_length=64)
    entry_count = models.PositiveIntegerField()
    line_count = models.PositiveIntegerField()
    company_debits = AmountField(help_text="What its entries come to on each side, in the company's currency.")
    debits = models.JSONField(help_text="What they come to on each side, by the currency of the entries.")

    class Meta:
        constraints = [models.CheckConstraint(name="journal_file_holds_entries", condition=Q(entry_count__gt=0))]

    def __str__(self) -> str:
        return self.name


class JournalFilePart(models.Model):
    """Some of the bytes of a file."""

    append_only = True

    file = models.ForeignKey(JournalFile, on_delete=models.PROTECT, related_name="parts", db_index=False)
    position = models.PositiveIntegerField()
    content = models.BinaryField()

    class Meta:
        ordering = ["file", "position"]
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="journal_file_part_once")]

    def __str__(self) -> str:
        return f"{self.file_id} {self.position}"
