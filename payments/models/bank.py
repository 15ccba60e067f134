"""What banks say: their files as they came, the statements in them, and each line once."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from ledger.fields import AmountField, CurrencyField
from office.models import BankAccount, Company, User

FINGERPRINT = 64


class BankFile(models.Model):
    """A file of a bank, kept as it came. The same bytes are the same file."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="bank_files")
    name = models.CharField(max_length=200)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    unknown_accounts = models.JSONField(default=list)
    """Accounts in it that were none of ours when it was last read; their statements were not taken."""
    taken_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "sha256"], name="bank_file_once_per_company")]
        permissions = [
            ("view_bank", "See bank statements"),
            ("take_bank_file", "Read bank files"),
            ("match_bank_line", "Match bank lines with customers, or set them aside"),
            ("set_match_policy", "Say which bank lines need no person"),
            ("reconcile_bank", "Hold bank accounts against the book"),
            ("close_bank_month", "Close and reopen months of bank accounts"),
        ]

    def __str__(self) -> str:
        return self.name


class BankStatement(models.Model):
    """A statement of one of our accounts as its file says it; its balances are signed, and empty where not said."""

    append_only = True

    file = models.ForeignKey(BankFile, on_delete=models.PROTECT, related_name="statements")
    position = models.PositiveIntegerField()
    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="statements")
    message = models.CharField(max_length=40)
    number = models.CharField(max_length=100)
    currency = CurrencyField()
    from_on = models.DateField(null=True)
    until_on = models.DateField(null=True)
    opening = AmountField(null=True)
    closing = AmountField(null=True)
    line_count = models.PositiveIntegerField()
    pending_count = models.PositiveIntegerField()
    adds_up = models.BooleanField(null=True)
    notes = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["file", "position"], name="bank_statement_once_per_file")]
        indexes = [models.Index(fields=["bank_account", "until_on", "id"], name="bank_statement_by_day")]

    def __str__(self) -> str:
        return f"{self.bank_account} {self.number}"


class LineOfAccount(models.Model):
    """A line is told by what it says; true twins, which say the same, are counted."""

    bank_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+")
    place = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=FINGERPRINT)
    twin = models.PositiveIntegerField()

    class Meta:
        abstract = True


class BankLine(LineOfAccount):
    """Money that came in (above zero) or went out (below zero) on one of our accounts."""

    append_only = True

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="lines")
    booked_on = models.DateField()
    value_on = models.DateField(null=True)
    amount = AmountField()
    currency = CurrencyField()
    is_reversal = models.BooleanField()
    text = models.TextField(blank=True)
    references = models.JSONField(default=list)
    end_to_end_id = models.CharField(max_length=140, blank=True)
    mandate = models.CharField(max_length=140, blank=True)
    bank_reference = models.CharField(max_length=140, blank=True)
    party_name = models.CharField(max_length=200, blank=True)
    party_account = models.CharField(max_length=60, blank=True)
    party_bank = models.CharField(max_length=40, blank=True)
    kind = models.CharField(max_length=60, blank=True)
    return_reason = models.CharField(max_length=60, blank=True)
    words = ArrayField(models.TextField(), default=list)
    """What of the payer's words can be a document's number; see payments/matching/words.py."""
    checked_numbers = ArrayField(models.TextField(), default=list)
    """The numbers inside references whose check digits are right."""
    checked_documents = ArrayField(models.BigIntegerField(), default=list)
    """The ids of documents that such references name."""

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bank_account", "fingerprint", "twin"], name="bank_line_once_per_account")
        ]
        indexes = [models.Index(fields=["bank_account", "-booked_on", "-id"], name="bank_line_newest_first")]

    def __str__(self) -> str:
        return self.party_name or self.text[:60] or self.place

    @property
    def company_id(self) -> int:
        """Whose account it is on."""
        return self.bank_account.company_id


class SetAside(models.Model):
    """That a bank line is no customer's payment, such as interest, and why; until it is taken back."""

    line = models.ForeignKey(BankLine, on_delete=models.PROTECT, related_name="set_asides")
    reason = models.CharField(max_length=300)
    by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line"], condition=Q(withdrawn_at=None), name="bank_line_set_aside_once"),
            models.CheckConstraint(name="set_aside_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return self.reason


class UnreadOutcome(models.TextChoices):
    """What became of a line that could not be read."""

    WAITING = "waiting", "Waiting"
    COMPLETED = "completed", "Completed"
    LEFT_OUT = "left_out", "Left out"


class UnreadLine(LineOfAccount):
    """A line that a person has to look at, until they complete it or leave it out.

    `facts` is what is known of it, `unread` what stood in fields that could not be read. Where all could be read, it
    may be the same as a line that another format told of, `may_be`.
    """

    statement = models.ForeignKey(BankStatement, on_delete=models.PROTECT, related_name="unread_lines")
    facts = models.JSONField()
    unread = models.JSONField()
    may_be = models.ForeignKey(BankLine, null=True, on_delete=models.PROTECT, related_name="retold")
    outcome = models.CharField(max_length=10, choices=UnreadOutcome, default=UnreadOutcome.WAITING)
    reason = models.CharField(max_length=300, blank=True)
    line = models.OneToOneField(BankLine, null=True, on_delete=models.PROTECT, related_name="+")
    settled_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["bank_account", "fingerprint", "twin"], name="unread_line_once_per_account"
            ),
            models.CheckConstraint(
                name="unread_line_completed_has_its_line",
                condition=Q(outcome="completed", line__isnull=False) | (~Q(outcome="completed") & Q(line=None)),
            ),
            models.CheckConstraint(
                name="unread_line_left_out_has_a_reason",
                condition=~Q(outcome="left_out") | ~Q(reason=""),
            ),
        ]
        permissions = [("settle_unread_line", "Complete or leave out bank lines that could not be read")]

    def __str__(self) -> str:
        return f"{self.statement}, {self.place}"

    @property
    def company_id(self) -> int:
        """Whose account it is."""
        return self.bank_account.company_id


class BankMapping(models.Model):
    """Which column is what in the tables that an account's bank writes; by it the next table like it is read."""

    bank_account = models.ForeignKey(BankAccount, on_delete=models.CASCADE, related_name="mappings")
    told_by = models.CharField(max_length=64)
    rules = models.JSONField()
    kept_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    kept_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["bank_account", "told_by"], name="bank_mapping_once_per_kind_of_table")
        ]

    def __str__(self) -> str:
        headings = [heading for heading in self.rules["headings"] if heading]
        return ", ".join(headings) or f"{len(self.rules['columns'])} columns without headings"

    @property
    def company_id(self) -> int:
        """Whose account it is."""
        return self.bank_account.company_id
