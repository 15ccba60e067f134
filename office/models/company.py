from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.db import models

from ledger import calendar
from ledger.fields import AmountField, CurrencyField


class PaymentReference(models.TextChoices):
    """What customers name when they pay."""

    NUMBER = "number", "The document's number"
    CREDITOR = "creditor", "A creditor reference (RF, ISO 11649), which banks check"
    BELGIAN = "belgian", "A structured communication (+++), as banks check it in Belgium"
    NORWEGIAN = "norwegian", "A KID with a MOD10 check digit, as banks check it in Norway"


class TaxRounding(models.TextChoices):
    DOCUMENT = "document", "Once per rate and document"
    LINE = "line", "On each line"


class OffDays(models.TextChoices):
    """When what is planned for a day that nobody works is sent."""

    NEXT = "next", "On the next working day"
    BEFORE = "before", "On the working day before"


class Company(models.Model):
    """One of our legal entities: who invoices, in which currency and time zone."""

    legal_name = models.CharField(max_length=200)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, help_text="ISO 3166 code.")
    tax_id = models.CharField("VAT or tax id", max_length=40, blank=True)
    registration = models.CharField("register entry", max_length=100, blank=True)
    email = models.EmailField(help_text="Customers' answers go here.")
    phone = models.CharField(max_length=40, blank=True)
    contact_name = models.CharField(
        "whom to ask", max_length=100, blank=True, help_text="A person or team, named on e-invoices."
    )
    electronic_address = models.CharField(max_length=100, blank=True, help_text="Our own, for e-invoices.")
    electronic_address_scheme = models.CharField(
        "kind of electronic address", max_length=4, blank=True, help_text="A code of the list EAS, such as 9930 or EM."
    )
    currency = CurrencyField()
    time_zone = models.CharField(max_length=60, default="UTC")
    language = models.CharField(max_length=10, default="en")
    tax_rounding = models.CharField(max_length=10, choices=TaxRounding, default=TaxRounding.DOCUMENT)
    payment_reference = models.CharField(
        "what customers name when they pay", max_length=10, choices=PaymentReference, default=PaymentReference.NUMBER
    )
    net_days = models.PositiveSmallIntegerField("usual days to pay", default=30)
    most_issued_unseen = AmountField(
        "largest invoice issued without a person",
        null=True,
        blank=True,
        help_text="In the company's currency; a larger recurring invoice waits as a draft. Empty: however large it is.",
    )
    approval_days = models.PositiveSmallIntegerField(
        "working days until a request goes on",
        null=True,
        blank=True,
        default=2,
        help_text="Then everybody who decides anything may decide it. Empty: it waits for its role.",
    )
    creditor_identifier = models.CharField(
        "SEPA creditor identifier",
        max_length=35,
        blank=True,
        help_text="Such as DE98ZZZ09999999999; for direct debits.",
    )
    ach_company_id = models.CharField(
        "ACH company id", max_length=10, blank=True, help_text="Ten characters, given by the bank; for US debits."
    )
    debit_notice_days = models.PositiveSmallIntegerField(
        "days between notice and debit",
        default=14,
        help_text="A mail says so many days ahead what is debited. 0: the invoice itself says it.",
    )
    debit_return_fee = AmountField(
        "charge for a returned debit", default=0, help_text="In the company's currency, to the customer. Zero: none."
    )
    mail_from_hour = models.PositiveSmallIntegerField(
        "reminders and statements leave from", default=8, help_text="The full hour, on working days."
    )
    mail_until_hour = models.PositiveSmallIntegerField("until", default=18, help_text="24: till midnight.")
    mail_off_days = models.CharField(
        "what is planned for an off day leaves", max_length=6, choices=OffDays, default=OffDays.NEXT
    )
    mail_daily_limit = models.PositiveSmallIntegerField(
        "reminders and statements a day for each customer",
        default=3,
        help_text="1: one mail for each customer. What is above waits for the next working day. 0: no limit.",
    )
    usual_looks = models.PositiveSmallIntegerField(
        "looks at what few may see",
        default=50,
        db_default=50,
        help_text="Whole account numbers, medical codes. 0: not counted.",
    )
    usual_files = models.PositiveSmallIntegerField(
        "files taken away",
        default=30,
        db_default=30,
        help_text="Journals, files for banks, papers of a month's end, data of a person, everything. 0: not counted.",
    )
    usual_failures = models.PositiveSmallIntegerField(
        "failed log-ins",
        default=20,
        db_default=20,
        help_text="Of one address, at most one a minute is noted. 0: not counted.",
    )
    bills_healthcare = models.BooleanField(
        "bills healthcare", default=False, help_text="Drafts may carry medical codes."
    )
    prints_medical_codes = models.BooleanField(
        "prints medical codes",
        default=False,
        help_text="On the PDFs of documents issued from then on, and nowhere else.",
    )
    logo = models.BinaryField(null=True, blank=True, editable=False)
    logo_type = models.CharField(max_length=20, blank=True, editable=False)
    invoice_footer = models.CharField(max_length=500, blank=True)
    accent = models.CharField(
        "colour of papers, mails and customers' pages",
        max_length=7,
        blank=True,
        help_text="Such as #1f4e8c; empty for the usual ones.",
    )
    help_name = models.CharField("whom customers may ask", max_length=100, blank=True)
    help_email = models.EmailField("e-mail for questions", blank=True)
    help_phone = models.CharField("phone for questions", max_length=40, blank=True)
    privacy_notice = models.CharField(
        max_length=500, blank=True, db_default="", help_text="An https address, linked at the foot of customers' pages."
    )

    class Meta:
        verbose_name_plural = "companies"
        constraints = [
            models.CheckConstraint(
                name="company_accent_is_a_colour",
                condition=models.Q(accent="") | models.Q(accent__regex="^#[0-9a-f]{6}$"),
            ),
            models.CheckConstraint(
                name="company_privacy_notice_by_https",
                condition=models.Q(privacy_notice="") | models.Q(privacy_notice__startswith="https://"),
            ),
            models.CheckConstraint(
                name="company_mails_within_a_day",
                condition=models.Q(mail_from_hour__lt=models.F("mail_until_hour"), mail_until_hour__lte=24),
            ),
            models.CheckConstraint(name="debit_return_fee_not_negative", condition=models.Q(debit_return_fee__gte=0)),
            models.CheckConstraint(
                name="company_most_issued_unseen_not_negative", condition=models.Q(most_issued_unseen__gte=0)
            ),
        ]
        permissions = [
            ("change_company_settings", "Change the company's settings"),
            ("close_month", "Close and reopen months"),
            ("export_all", "Take everything away that every company keeps"),
            ("set_exchange_rates", "Keep exchange rates"),
            ("view_reports", "Read reports"),
        ]

    def __str__(self) -> str:
        return self.legal_name

    def day_of(self, moment: datetime) -> date:
        """The calendar day of a moment in the company's own time zone."""
        return moment.astimezone(ZoneInfo(self.time_zone)).date()

    def today(self) -> date:
        """The calendar day in the company's own time zone."""
        return calendar.today(self.time_zone)

    @property
    def logo_sha256(self) -> str:
        """By which its papers name the logo that they print; empty without one."""
        return sha256(bytes(self.logo)).hexdigest() if self.logo else ""


class Logo(models.Model):
    """A logo that a company has or had: papers print the one they were issued with."""

    append_only = True

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="logos")
    sha256 = models.CharField(max_length=64)
    content = models.BinaryField()
    media_type = models.CharField(max_length=20)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["company", "sha256"], name="logo_once_per_company")]

    def __str__(self) -> str:
        return f"Logo of {self.company}"


class BankAccount(models.Model):
    """Where customers pay to, as printed on documents."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="bank_accounts")
    name = models.CharField(max_length=100)
    holder = models.CharField(max_length=100)
    iban = models.CharField("IBAN or account number", max_length=40)
    bic = models.CharField("BIC or routing number", max_length=20, blank=True)
    currency = CurrencyField()
    is_printed = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name
