from django.db import models

from office.models import Company


class Severity(models.TextChoices):
    """What a check does when it finds something."""

    IGNORE = "ignore", "Ignore"
    WARN = "warn", "Warn"
    STOP = "stop", "Stop"


class IssueCheck(models.TextChoices):
    """What is looked at in drafts before they are issued and, most of it, each night in what is new, too.

    What law and book demand in any case is none of it: the issuing itself refuses that.
    """

    ORDER_NUMBER = "order_number", "The customer's order number is missing"
    RECEIVER = "receiver", "Nobody would receive it"
    PRICE = "price", "A price is off the list"
    DUPLICATE = "duplicate", "It looks like another document"
    TAX = "tax", "A tax does not suit the customer"
    CREDIT_LIMIT = "credit_limit", "The credit limit is passed"
    HOLD = "hold", "The customer is on hold"
    NOT_OPENED = "not_opened", "The customer's account is not opened yet"
    DEPOSIT = "deposit", "A deposit is not deducted"
    UNIT = "unit", "A quantity or price is ten, a hundred or a thousand times the usual"
    UNUSUAL = "unusual", "A quantity or price is unlike the customer's others"
    TOTAL = "total", "The total is unlike the customer's others"
    TERMS = "terms", "Terms are not the customer's"
    PERIOD = "period", "Days are billed that were billed before"
    FUTURE = "future", "It is dated in the future"
    NUMBER = "number", "Its number is out of order, or one before it is missing"
    ROUNDING = "rounding", "Lines, taxes and total do not add up"
    TAX_ID = "tax_id", "A tax number or certificate is missing, or is not valid"
    ADDRESS = "address", "The address is not complete"
    BOUNCED = "bounced", "Mail to the receiver came back"
    BANK_ACCOUNT = "bank_account", "A bank account's number is not valid"
    EINVOICE = "einvoice", "The e-invoice would break a rule"
    ORDER = "order", "More is billed than was ordered"
    ORDER_TOLERANCE = "order_tolerance", "More or dearer than was ordered, within the tolerance"
    ORDER_PRICE = "order_price", "A price is not the order's"
    ORDER_TAX = "order_tax", "A tax is not the order's"
    ORDER_DAYS = "order_days", "The order is over, or has not begun"
    NOT_ORDERED = "not_ordered", "A line fits none of its order"
    NOT_SHIPPED = "not_shipped", "It was not shipped yet"
    BILLED_TWICE = "billed_twice", "What was shipped is billed already"
    REQUIRED_FACTS = "required_facts", "A fact that the company requires is missing"


USUALLY_STOPS = (
    IssueCheck.ORDER_NUMBER,
    IssueCheck.HOLD,
    IssueCheck.NOT_OPENED,
    IssueCheck.ORDER,
    IssueCheck.ORDER_PRICE,
    IssueCheck.ORDER_DAYS,
    IssueCheck.BILLED_TWICE,
    IssueCheck.REQUIRED_FACTS,
)


class CheckPolicy(models.Model):
    """How severe a company takes a check; without a row, it stops or warns as is usual."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="check_policies")
    check_name = models.CharField("check", max_length=20, choices=IssueCheck)
    severity = models.CharField(max_length=10, choices=Severity)

    class Meta:
        verbose_name_plural = "check policies"
        constraints = [
            models.UniqueConstraint(fields=["company", "check_name"], name="policy_once_per_check_and_company")
        ]

    def __str__(self) -> str:
        return f"{self.check_name}: {self.severity}"


class Fact(models.TextChoices):
    """What a company may require of a document and its customer before issue."""

    TAX_ID = "tax_id", "Tax number"
    STREET = "street", "Street of the billing address"
    POSTAL_CODE = "postal_code", "Postal code of the billing address"
    CITY = "city", "City of the billing address"
    COUNTRY = "country", "Country of the billing address"
    CONTACT = "contact", "A contact with an e-mail address"
    BUYER_REFERENCE = "buyer_reference", "Buyer reference"
    PO_NUMBER = "po_number", "The customer's order number"
    PERIOD = "period", "The days that are billed"
    DELIVERY = "delivery", "The day of delivery"
    NOTE = "note", "A note to the customer"


OF_DOCUMENT = (Fact.PO_NUMBER, Fact.PERIOD, Fact.DELIVERY, Fact.NOTE)
"""Facts that the document has; the others are its customer's."""


class RequiredFact(models.Model):
    """How severe a company takes it that a fact is missing; without a row it may be.

    The check `required_facts` takes none more severely than itself.
    """

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="required_facts")
    fact = models.CharField(max_length=20, choices=Fact)
    severity = models.CharField(max_length=10, choices=Severity)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["company", "fact"], name="required_fact_once_per_company"),
            models.CheckConstraint(
                name="required_fact_warns_or_stops", condition=models.Q(severity__in=["warn", "stop"])
            ),
        ]

    def __str__(self) -> str:
        return f"{self.fact}: {self.severity}"
