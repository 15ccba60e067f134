from datetime import date
from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from customers.models.terms import PaymentTerms
from ledger.fields import AmountField, CurrencyField
from office.models import Company, User


class EInvoiceFormat(models.TextChoices):
    """The kinds of e-invoice that a customer may want."""

    PEPPOL_UBL = "peppol_ubl", "Peppol BIS Billing 3.0 (UBL)"
    XRECHNUNG_UBL = "xrechnung_ubl", "XRechnung (UBL)"
    XRECHNUNG_CII = "xrechnung_cii", "XRechnung (CII)"
    FACTURX = "facturx", "Factur-X / ZUGFeRD (inside the PDF)"


class StatementForm(models.TextChoices):
    """How a customer is told once a month how their account stands."""

    OPEN_ITEM = "open_item", "What is open"
    BALANCE_FORWARD = "balance_forward", "Each movement, from the last balance on"
    NONE = "none", "No statements"


class GroupStatement(models.TextChoices):
    """Whether a customer with subsidiaries gets one statement over them all."""

    NONE = "none", "No: each gets their own"
    INSTEAD = "instead", "Yes, instead of theirs"
    BESIDE = "beside", "Yes, beside theirs"


class CustomerGroup(models.Model):
    """Customers who are treated alike, such as those who get one price list."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="customer_groups")
    name = models.CharField(max_length=100)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["company", "name"], name="customer_group_name_once_per_company"),
        ]

    def __str__(self) -> str:
        return self.name


class Customer(models.Model):
    """Somebody who owes a company money, or may come to."""

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="customers")
    number = models.CharField(max_length=30)
    name = models.CharField(max_length=200)
    sort_name = models.CharField(max_length=200, editable=False)
    search_text = models.TextField(editable=False, help_text="Folded number, name, tax id, tags and contacts.")
    plain_name = models.CharField(max_length=200, editable=False, help_text="Its words without legal form.")
    near_name = models.CharField(max_length=200, editable=False, help_text="What nearly the same names have alike.")
    plain_tax_id = models.CharField(max_length=40, editable=False, help_text="Letters and digits of the tax id.")
    currency = CurrencyField()
    language = models.CharField(max_length=10, default="en")
    tax_id = models.CharField("VAT or tax id", max_length=40, blank=True)
    registry_number = models.CharField(max_length=60, blank=True, help_text="In the register of companies.")
    net_days = models.PositiveSmallIntegerField("days to pay", default=30)
    terms = models.ForeignKey(
        PaymentTerms,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="customers",
        help_text="Instead of days.",
    )
    credit_limit = AmountField(null=True, blank=True)
    temporary_limit = AmountField(null=True, blank=True, editable=False)
    temporary_limit_until = models.DateField(null=True, blank=True, editable=False, help_text="Its last day.")
    never_held_by_rule = models.BooleanField("never put on hold by rule", default=False)
    needs_po_number = models.BooleanField("wants their order number", default=False)
    po_number = models.CharField(
        "their order number", max_length=60, blank=True, help_text="On each new invoice where no other is typed."
    )
    tags = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    einvoice_format = models.CharField(
        "e-invoice", max_length=20, choices=EInvoiceFormat, blank=True, help_text="Checked when a document is issued."
    )
    einvoice_by_mail = models.BooleanField("attach it to mails", default=True)
    electronic_address = models.CharField(max_length=100, blank=True, help_text="Where their e-invoices arrive.")
    electronic_address_scheme = models.CharField(
        "kind of electronic address", max_length=4, blank=True, help_text="A code of the list EAS, such as 0204 or EM."
    )
    buyer_reference = models.CharField(
        max_length=100, blank=True, help_text="Printed on e-invoices; German authorities call it Leitweg-ID."
    )
    gets_paper_since = models.DateTimeField(
        null=True, editable=False, help_text="Documents issued from then on wait to be printed; empty: none does."
    )
    parent = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="subsidiaries",
        help_text="Whom they belong to; a parent has no parent itself.",
    )
    statement_form = models.CharField(
        "monthly statement", max_length=20, choices=StatementForm, default=StatementForm.OPEN_ITEM
    )
    statement_when_zero = models.BooleanField("statement also when nothing is open", default=False)
    statement_excel = models.BooleanField("statement as Excel, too", default=False)
    group_statement = models.CharField(
        "one statement over all subsidiaries", max_length=10, choices=GroupStatement, default=GroupStatement.NONE
    )
    group = models.ForeignKey(CustomerGroup, null=True, blank=True, on_delete=models.PROTECT, related_name="customers")
    sales_owner = models.ForeignKey(
        User,
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="owned_customers",
    )
    note = models.TextField(blank=True)
    is_active = models.BooleanField(default=True)
    merged_into = models.ForeignKey(
        "self",
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="merged",
        help_text="Whose account theirs became part of.",
    )
    merged_at = models.DateTimeField(null=True, editable=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    searched_masked = {"search_text": ("number", "sort_name", "tax_id", "tags")}

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "number"], name="customer_number_once_per_company"),
            models.CheckConstraint(
                name="customer_credit_limit_not_negative",
                condition=Q(credit_limit=None) | Q(credit_limit__gte=0),
            ),
            models.CheckConstraint(
                name="customer_temporary_limit_has_a_last_day",
                condition=Q(temporary_limit=None, temporary_limit_until=None)
                | Q(temporary_limit__gte=0, temporary_limit_until__isnull=False),
            ),
            models.CheckConstraint(name="customer_is_not_its_own_parent", condition=~Q(parent=F("pk"))),
            models.CheckConstraint(
                name="customer_merged_is_out_of_use",
                condition=Q(merged_into=None, merged_at=None)
                | Q(merged_into__isnull=False, merged_at__isnull=False, is_active=False) & ~Q(merged_into=F("pk")),
            ),
        ]
        indexes = [
            models.Index(fields=["company", "sort_name", "id"], name="customer_by_name"),
            models.Index(fields=["company", "plain_name"], name="customer_by_plain_name"),
            models.Index(fields=["company", "near_name"], name="customer_by_near_name"),
            models.Index(
                fields=["company", "plain_tax_id"], condition=~Q(plain_tax_id=""), name="customer_by_plain_tax_id"
            ),
            models.Index(
                fields=["company"], condition=Q(gets_paper_since__isnull=False), name="customer_who_gets_paper"
            ),
            GinIndex(fields=["tags"], name="customer_by_tag"),
            models.Index(fields=["merged_into"], condition=Q(merged_into__isnull=False), name="customer_merged"),
        ]
        permissions = [
            ("create_customer", "Add customers"),
            ("update_customer", "Change customers and their contacts"),
            ("import_customers", "Import customers from a file"),
            ("merge_customers", "Make two customers one"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    def limit_on(self, day: date) -> Decimal | None:
        """The credit limit of a day: the temporary one up to its last day, then the lasting one; none for no limit."""
        is_temporary = self.temporary_limit_until is not None and day <= self.temporary_limit_until
        return self.temporary_limit if is_temporary else self.credit_limit

    @property
    def gets_paper(self) -> bool:
        """Whether documents are printed for them, too."""
        return self.gets_paper_since is not None

    @gets_paper.setter
    def gets_paper(self, is_wanted: bool) -> None:
        """Begin now, go on since it began, or end: what was issued before never waits to be printed."""
        if is_wanted != self.gets_paper:
            self.gets_paper_since = timezone.now() if is_wanted else None
