"""How other books call what is in ours: accounts, customers, and what a company's bookkeeper asks for."""

from datetime import date

from django.db import models
from django.db.models import Q

from customers.models import Customer
from ledger.models import Account
from office.models import Company

USUAL_COLUMNS = (
    "date",
    "reference",
    "kind",
    "account",
    "account_name",
    "customer_number",
    "customer",
    "debit",
    "credit",
    "currency",
    "company_amount",
    "text",
    "key",
)


def usual_columns() -> list[list[str]]:
    """The columns that a plain journal has until somebody chooses others: each with the heading of its own name."""
    return [[name, ""] for name in USUAL_COLUMNS]


class Separator(models.TextChoices):
    COMMA = ",", "Comma ,"
    SEMICOLON = ";", "Semicolon ;"
    TAB = "\t", "Tab"


class DecimalSign(models.TextChoices):
    POINT = ".", "Point: 1234.50"
    COMMA = ",", "Comma: 1234,50"


class DayForm(models.TextChoices):
    ISO = "%Y-%m-%d", "2026-12-31"
    GERMAN = "%d.%m.%Y", "31.12.2026"
    BRITISH = "%d/%m/%Y", "31/12/2026"
    AMERICAN = "%m/%d/%Y", "12/31/2026"


class Chart(models.TextChoices):
    """The German chart of accounts that DATEV is told."""

    NONE = "", "Another"
    SKR03 = "03", "SKR 03"
    SKR04 = "04", "SKR 04"


class JournalSettings(models.Model):
    """What a company's journals look like. Its row is locked while one is made: one at a time."""

    company = models.OneToOneField(Company, on_delete=models.PROTECT, related_name="journal_settings")
    columns = models.JSONField(default=usual_columns, help_text="Of CSV and Excel: names and headings, in order.")
    separator = models.CharField(max_length=1, choices=Separator, default=Separator.COMMA)
    decimal_sign = models.CharField(max_length=1, choices=DecimalSign, default=DecimalSign.POINT)
    day_form = models.CharField(max_length=10, choices=DayForm, default=DayForm.ISO)
    debtors_from = models.PositiveIntegerField(
        "debtor accounts from", default=10000, help_text="The first customer's; the next ones count on."
    )
    datev_adviser = models.PositiveIntegerField("Beraternummer", null=True, blank=True)
    datev_client = models.PositiveIntegerField("Mandantennummer", null=True, blank=True)
    account_length = models.PositiveSmallIntegerField(
        "Sachkontenlänge", default=4, help_text="Digits of an account: 4 to 8. Debtor accounts have one more."
    )
    fiscal_month = models.PositiveSmallIntegerField(
        "fiscal year begins in month", default=1, help_text="1: January, as the calendar's."
    )
    chart = models.CharField("Kontenrahmen", max_length=2, choices=Chart, blank=True, default=Chart.NONE)
    xero_tax_rate = models.CharField(
        "tax rate in Xero",
        max_length=50,
        default="Tax Exempt",
        help_text="As Xero names it, for accounts that name none of their own.",
    )

    class Meta:
        verbose_name_plural = "journal settings"
        constraints = [
            models.CheckConstraint(
                name="journal_fiscal_month_is_a_month", condition=Q(fiscal_month__gte=1, fiscal_month__lte=12)
            ),
            models.CheckConstraint(
                name="journal_account_length_as_datev_has_it",
                condition=Q(account_length__gte=4, account_length__lte=8),
            ),
        ]

    def __str__(self) -> str:
        return f"Journal settings of {self.company}"

    def first_of_fiscal_year(self, on: date) -> date:
        """The day on which the fiscal year of a day begins."""
        year = on.year if on.month >= self.fiscal_month else on.year - 1
        return on.replace(year=year, month=self.fiscal_month, day=1)


def journal_settings_of(company: Company) -> JournalSettings:
    """A company's settings, or the usual ones while it chose none."""
    return JournalSettings.objects.filter(company=company).first() or JournalSettings(company=company)


class JournalAccount(models.Model):
    """What an account of ours is called in the company's other books, whatever the format."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="journal_accounts")
    account = models.OneToOneField(Account, on_delete=models.PROTECT, related_name="journal_account")
    number = models.CharField(max_length=20, blank=True)
    name = models.CharField(max_length=100, blank=True)
    tax_code = models.CharField(max_length=50, blank=True, help_text="A BU-Schlüssel of DATEV, a tax rate of Xero.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="journal_account_says_something", condition=~Q(number="") | ~Q(name="") | ~Q(tax_code="")
            )
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}".strip()


class JournalDebtor(models.Model):
    """A customer's own account number in other books, given when it was first needed, and kept."""

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="journal_debtors")
    customer = models.OneToOneField(Customer, on_delete=models.PROTECT, related_name="journal_debtor")
    number = models.PositiveIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "number"], name="journal_debtor_number_once")]

    def __str__(self) -> str:
        return str(self.number)
