from decimal import Decimal

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from billing.models.catalogue import Product
from billing.models.reasons import ReasonCode
from billing.models.taxes import RateKind, Tax
from customers.models import Customer, PaymentTerms
from ledger.fields import AmountField, CurrencyField, ExchangeRateField, RateField
from ledger.models import Account, Entry
from office.letters import LetterIndex
from office.models import Company, User
from office.models.company import TaxRounding


class DocumentKind(models.TextChoices):
    INVOICE = "invoice", _("Invoice")
    CREDIT_MEMO = "credit_memo", _("Credit memo")
    DEBIT_NOTE = "debit_note", _("Debit note")


class LineKind(models.TextChoices):
    """What a line is for; only what is sold bears its part of the document's discount."""

    ITEM = "item", "Item"
    SHIPPING = "shipping", "Shipping"
    DEDUCTION = "deduction", "Deposit deducted"


class DocumentStatus(models.TextChoices):
    """What somebody decided. Part-paid, paid and overdue are read from the book and the date."""

    DRAFT = "draft", "Draft"
    ISSUED = "issued", "Issued"
    VOID = "void", "Void"


class Invoice(models.Model):
    """An invoice, a credit memo, or a debit note, which adds to an invoice and is owed like one.

    Its amounts are positive; the kind says which way they count.
    A draft may change; once issued the database refuses any change but voiding.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="invoices")
    kind = models.CharField(max_length=12, choices=DocumentKind, default=DocumentKind.INVOICE)
    status = models.CharField(max_length=10, choices=DocumentStatus, default=DocumentStatus.DRAFT)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="invoices")
    number = models.CharField(max_length=40, blank=True)
    dated_on = models.DateField(null=True, blank=True, help_text="Empty in a draft: the day it is issued.")
    net_days = models.PositiveSmallIntegerField("days to pay", default=30)
    due_on = models.DateField(null=True, blank=True, help_text="When the last of it is due.")
    terms = models.ForeignKey(
        PaymentTerms, null=True, blank=True, on_delete=models.PROTECT, related_name="+", help_text="Instead of days."
    )
    early_percent = RateField(default=0, help_text="Off the total, when paid by the day beside it.")
    early_until = models.DateField(null=True, blank=True)
    period_from = models.DateField(null=True, blank=True, help_text="The first day that is billed (BT-73).")
    period_to = models.DateField(null=True, blank=True, help_text="The last day that is billed (BT-74).")
    currency = CurrencyField()
    exchange_rate = ExchangeRateField(default=1, help_text="Company currency for one of the document's currency.")
    po_number = models.CharField("customer's order number", max_length=60, blank=True)
    prices_include_tax = models.BooleanField(default=False)
    tax_rounding = models.CharField(max_length=10, choices=TaxRounding, default=TaxRounding.DOCUMENT)
    discount_amount = AmountField(default=0, help_text="Taken off the whole document, before tax.")
    discount_percent = RateField(default=0, help_text="Of the items; where it is set, the amount follows from it.")
    is_deposit = models.BooleanField(default=False, help_text="Asks for a part before anything is delivered.")
    deducted = AmountField(default=0, help_text="What deposits billed before take off its lines.")
    note = models.TextField("note to the customer", blank=True)
    internal_note = models.TextField(blank=True)
    credits = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="credit_memos",
    )
    replaces = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="replacements",
        help_text="The invoice that was credited, as it was wrong.",
    )
    adds_to = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="debit_notes",
        help_text="The invoice that a debit note adds to.",
    )
    reason = models.CharField(max_length=300, blank=True, help_text="Why it credits or charges more, as it is printed.")
    reason_code = models.ForeignKey(ReasonCode, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    source_reference = models.CharField(max_length=60, blank=True, help_text="Its number in the system it came from.")

    net = AmountField(default=0)
    tax = AmountField(default=0)
    total = AmountField(default=0)
    withheld = AmountField(default=0, help_text="Of the total, what the customer keeps back for the tax office.")

    printed = models.JSONField(default=dict, help_text="Names, addresses and texts as they stood at issue.")
    entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    void_entry = models.OneToOneField(Entry, null=True, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField(null=True, help_text="Its place in the series of its kind and year.")
    previous_hash = models.CharField(max_length=64, blank=True)
    hash = models.CharField(max_length=64, blank=True)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    voided_on = models.DateField(null=True)
    void_reason = models.CharField(max_length=300, blank=True)
    void_reason_code = models.ForeignKey(ReasonCode, null=True, on_delete=models.PROTECT, related_name="+")
    created_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    form_key = models.UUIDField(null=True, unique=True, help_text="Of the form it was typed in: sent twice it is one.")
    version = models.PositiveIntegerField(default=1, help_text="Counts the saves of a draft; a stale save is refused.")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="invoice_total_is_net_plus_tax",
                condition=Q(total=F("net") + F("tax")),
            ),
            models.CheckConstraint(
                name="invoice_numbered_unless_draft",
                condition=Q(status="draft", number="", sequence=None, hash="")
                | (~Q(status="draft") & ~Q(number="") & Q(sequence__isnull=False) & ~Q(hash="")),
            ),
            models.CheckConstraint(
                name="invoice_dated_unless_draft",
                condition=Q(status="draft")
                | Q(
                    dated_on__isnull=False,
                    due_on__isnull=False,
                    due_on__gte=F("dated_on"),
                ),
            ),
            models.CheckConstraint(
                name="invoice_entered_in_the_book_unless_draft",
                condition=Q(status="draft", entry=None) | (~Q(status="draft") & (Q(entry__isnull=False) | Q(total=0))),
            ),
            models.CheckConstraint(
                name="invoice_void_has_its_mirror",
                condition=Q(void_entry=None) | Q(status="void", entry__isnull=False),
            ),
            models.CheckConstraint(
                name="invoice_issued_total_not_negative",
                condition=Q(status="draft") | Q(total__gte=0),
            ),
            models.CheckConstraint(
                name="invoice_credits_only_as_credit_memo",
                condition=Q(credits=None) | Q(kind="credit_memo"),
            ),
            models.CheckConstraint(
                name="debit_note_adds_to_an_invoice",
                condition=Q(kind="debit_note", adds_to__isnull=False) | (~Q(kind="debit_note") & Q(adds_to=None)),
            ),
            models.CheckConstraint(
                name="credit_memo_replaces_nothing",
                condition=Q(replaces=None) | ~Q(kind="credit_memo"),
            ),
            models.CheckConstraint(
                name="invoice_exchange_rate_above_zero",
                condition=Q(exchange_rate__gt=0),
            ),
            models.CheckConstraint(
                name="invoice_period_in_order",
                condition=Q(period_from=None) | Q(period_to=None) | Q(period_to__gte=F("period_from")),
            ),
            models.CheckConstraint(
                name="invoice_deposit_deducts_no_deposit",
                condition=Q(is_deposit=False) | Q(deducted=0),
            ),
            models.CheckConstraint(
                name="invoice_discount_between_0_and_100",
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
            ),
            models.UniqueConstraint(
                fields=["company", "kind", "number"],
                condition=~Q(number=""),
                name="invoice_number_once_per_company",
            ),
            models.UniqueConstraint(
                fields=["company", "kind", "source_reference"],
                condition=~Q(source_reference=""),
                name="invoice_source_reference_once_per_company",
            ),
        ]
        indexes = [
            models.Index(
                fields=["company", "kind", "-dated_on", "-id"],
                name="invoice_newest_first",
            ),
            models.Index(fields=["company", "kind", "status", "-id"], name="invoice_by_status"),
            models.Index(
                fields=["customer", "kind", "-dated_on", "-id"],
                name="invoice_by_customer",
            ),
            models.Index(
                fields=["customer", "issued_at"], condition=Q(status="issued"), name="invoice_issued_to_customer"
            ),
            models.Index(fields=["company", "total"], name="invoice_by_total"),
            LetterIndex("number", "po_number", "source_reference", name="invoice_by_letters"),
        ]
        permissions = [
            ("draft_invoice", "Prepare invoices"),
            ("issue_invoice", "Issue invoices"),
            ("override_checks", "Issue what a check stops, with a reason"),
            ("void_invoice", "Void invoices"),
            ("credit_invoice", "Make credit memos"),
            ("send_invoice", "Mail invoices to customers"),
            ("manage_links", "Renew and revoke customers' links"),
            ("import_invoices", "Import invoices from a file"),
        ]

    def __str__(self) -> str:
        return self.number or f"Draft {self.pk}"

    @property
    def is_draft(self) -> bool:
        return self.status == DocumentStatus.DRAFT

    @property
    def to_pay(self) -> Decimal:
        """What of the total comes in money: all but what is withheld for the tax office."""
        return self.total - self.withheld

    @property
    def is_credit_memo(self) -> bool:
        return self.kind == DocumentKind.CREDIT_MEMO

    @property
    def title(self) -> str:
        """What the document is called on paper, in the language that is spoken."""
        return str(_("Deposit invoice") if self.is_deposit and not self.is_credit_memo else self.get_kind_display())

    @property
    def payment_reference(self) -> str:
        """What the customer names when they pay: the creditor reference it was issued with, or its number."""
        return self.printed.get("payment_reference") or self.number

    @property
    def einvoice_format(self) -> str:
        """The kind of e-invoice that an issued document has; empty where its customer wanted none."""
        return self.printed.get("einvoice", {}).get("format", "")


class InvoiceLine(models.Model):
    """One line of a document. What is below `tax` is worked out, and frozen when the document is issued."""

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="lines")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=LineKind, default=LineKind.ITEM)
    section = models.CharField(max_length=200, blank=True, help_text="The heading above it, where a section begins.")
    product = models.ForeignKey(Product, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    item_code = models.CharField(max_length=40, blank=True, help_text="The product's code as printed.")
    description = models.TextField()
    quantity = RateField(default=1)
    unit = models.CharField(max_length=10, blank=True)
    unit_price = RateField()
    discount_percent = RateField(default=0)
    tax = models.ForeignKey(Tax, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    credited_line = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="credit_lines",
    )
    is_amount_only = models.BooleanField(
        default=False, help_text="Credits money of the line, and none of its quantity."
    )

    deducts = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="deductions",
        help_text="The line of a deposit that it takes off again.",
    )

    net = AmountField(
        default=0,
        help_text="Quantity times price less the line's discount, as printed.",
    )
    discount_share = AmountField(default=0, help_text="Its part of the document's discount.")
    taxable = AmountField(
        default=0,
        help_text="What is sold and taxed: net of every discount, without tax.",
    )
    tax_amount = AmountField(default=0, help_text="Its part of its rate's tax.")
    tax_name = models.CharField(max_length=60, blank=True)
    tax_category = models.CharField(max_length=2, blank=True)
    tax_percent = RateField(default=0)
    tax_reason = models.CharField(max_length=200, blank=True, help_text="Why no tax is charged.")
    tax_parts = models.JSONField(default=list, blank=True, help_text="Each of its taxes, with what it is taken of.")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["invoice", "position"],
                name="line_position_once_per_invoice",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(
                name="line_discount_between_0_and_100",
                condition=Q(discount_percent__gte=0, discount_percent__lte=100),
            ),
            models.CheckConstraint(
                name="line_deducts_only_as_deduction",
                condition=Q(deducts=None) | Q(kind="deduction", net__lte=0),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.description[:60]}"


class InvoiceTax(models.Model):
    """One row of an issued document's tax summary: a rate, what it was taken of, and the tax.

    Lines with different taxes may share a rate; `tax` is the first one's.
    """

    invoice = models.ForeignKey(Invoice, on_delete=models.CASCADE, related_name="taxes")
    position = models.PositiveSmallIntegerField()
    tax = models.ForeignKey(Tax, null=True, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    category = models.CharField(max_length=2)
    percent = RateField()
    kind = models.CharField(max_length=10, choices=RateKind, default=RateKind.ADDED)
    account = models.ForeignKey(Account, null=True, on_delete=models.PROTECT, related_name="+")
    reason = models.CharField(max_length=200, blank=True, help_text="Why no tax is charged.")
    base = AmountField()
    amount = AmountField()

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "invoice taxes"

    def __str__(self) -> str:
        return f"{self.name}: {self.amount}"
