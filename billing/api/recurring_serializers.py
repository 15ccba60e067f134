"""What recurring invoices, usage and joined drafts look like coming in and going out."""

from typing import Any

from rest_framework import serializers

from billing.api.draft_serializers import LineIn
from billing.api.serializers import InvoiceRow
from billing.models import Occurrence, RecurringInvoice, RecurringLine, RecurringPause, UsageRecord
from billing.models.recurring import INTERVALS
from billing.operations.details import MOST_LINES
from billing.operations.recurring_details import RecurringDetails, RecurringLineDetails
from customers.api.serializers import CustomerRef
from office.api.fields import AmountOut, CurrencyRateIn, IdIn, Input, RateIn, RateOut
from office.api.paging import PageQuery


class RecurringLineIn(LineIn):
    """A line as typed; its text may hold {period}, {month} and {year}."""

    product_id = None  # type: ignore[assignment]  # taken away

    meter = serializers.CharField(
        max_length=40, required=False, allow_blank=True, help_text="The quantity is what was used on it."
    )
    new_price = RateIn(required=False, allow_null=True)
    new_price_from = serializers.DateField(
        required=False, allow_null=True, help_text="Counts for the periods that begin on this day or later."
    )


class RecurringIn(Input):
    """A recurring invoice. Terms that are left out come from the customer."""

    name = serializers.CharField(max_length=100)
    customer = IdIn()
    lines = RecurringLineIn(many=True, max_length=MOST_LINES)  # type: ignore[call-arg]  # of the list
    interval = serializers.ChoiceField(choices=INTERVALS, default="month")
    every = serializers.IntegerField(min_value=1, max_value=366, default=1)
    starts_on = serializers.DateField(help_text="The first day billed.")
    wanted_day = serializers.IntegerField(
        min_value=1, max_value=31, required=False, allow_null=True, help_text="31 is the last day of each month."
    )
    ends_on = serializers.DateField(required=False, allow_null=True, help_text="The last day billed.")
    most = serializers.IntegerField(min_value=1, max_value=10_000, required=False, allow_null=True)
    in_arrears = serializers.BooleanField(default=False)
    prorates = serializers.BooleanField(default=True)
    issues = serializers.BooleanField(default=False)
    sends = serializers.BooleanField(default=False)
    net_days = serializers.IntegerField(min_value=0, max_value=365, required=False, allow_null=True)
    currency = serializers.CharField(max_length=3, required=False)
    exchange_rate = CurrencyRateIn(required=False, allow_null=True)
    po_number = serializers.CharField(max_length=60, required=False, allow_blank=True)
    prices_include_tax = serializers.BooleanField(default=False)
    note = serializers.CharField(max_length=4000, required=False, allow_blank=True)
    internal_note = serializers.CharField(max_length=4000, required=False, allow_blank=True)


class RecurringChange(RecurringIn):
    """All of a recurring invoice as it shall be, and the version that was read."""

    version = serializers.IntegerField(min_value=1, max_value=2**31 - 1)


def recurring_details_from(data: dict[str, Any]) -> RecurringDetails:
    """Valid input as details for the operations."""
    values = dict(data)
    lines = [RecurringLineDetails(**line) for line in values.pop("lines")]
    return RecurringDetails(customer_id=values.pop("customer"), lines=lines, **values)


class RecurringQuery(PageQuery):
    """Which recurring invoices."""

    customer = IdIn(required=False)


class PauseIn(Input):
    """From when until when no period begins; without a last day, until it is resumed."""

    first_on = serializers.DateField(required=False, help_text="Left out: today.")
    last_on = serializers.DateField(required=False, allow_null=True)


class ConfirmDueIn(Input):
    """Up to which day a person saw what waits."""

    until = serializers.DateField()


class RecurringLineOut(serializers.ModelSerializer):
    """A line of each document."""

    quantity = RateOut()
    unit_price = RateOut()
    new_price = RateOut(allow_null=True)
    discount_percent = RateOut()

    class Meta:
        model = RecurringLine
        fields = ["position", "description", "quantity", "meter", "unit", "unit_price", "new_price", "new_price_from"]
        fields += ["discount_percent", "tax_id"]


class PauseOut(serializers.ModelSerializer):
    """Days on which no period begins."""

    class Meta:
        model = RecurringPause
        fields = ["first_on", "last_on"]


class OccurrenceOut(serializers.ModelSerializer):
    """A period that was taken on: its document, or why there is none."""

    class Meta:
        model = Occurrence
        fields = ["id", "period_from", "period_to", "due_on", "outcome", "invoice_id", "problem"]


class ComingOut(serializers.Serializer):
    """A document that will be made; its total as things stand, without usage that is still to come."""

    due_on = serializers.DateField(source="period.due_on")
    period_from = serializers.DateField(source="period.first")
    period_to = serializers.DateField(source="period.last")
    total = AmountOut()
    currency = serializers.CharField()
    problem = serializers.CharField()
    waits_for_usage = serializers.BooleanField()


class RecurringRow(serializers.ModelSerializer):
    """A recurring invoice in a list; `next_on` is empty where nothing follows."""

    customer = CustomerRef()

    class Meta:
        model = RecurringInvoice
        fields = ["id", "name", "customer", "interval", "every", "starts_on", "ends_on", "next_on", "is_active"]
        fields += ["version"]


class RecurringOut(RecurringRow):
    """A recurring invoice with its lines, its next twelve documents and what it made lately."""

    exchange_rate = RateOut(allow_null=True)
    lines = RecurringLineOut(many=True)
    pauses = PauseOut(many=True)
    waiting = serializers.IntegerField(help_text="So many due documents wait for a person; 0: none does.")
    coming = ComingOut(many=True)
    occurrences = OccurrenceOut(many=True, source="latest")

    class Meta(RecurringRow.Meta):
        fields = [*RecurringRow.Meta.fields, "wanted_day", "most", "in_arrears", "prorates", "issues", "sends"]
        fields += ["net_days", "currency", "exchange_rate", "po_number", "prices_include_tax", "note", "internal_note"]
        fields += ["lines", "pauses", "waiting", "coming", "occurrences"]


class RecurringPage(serializers.Serializer):
    """Some recurring invoices, and the cursor of the next page."""

    results = RecurringRow(many=True)
    next = serializers.CharField(allow_null=True)


class UsageIn(Input):
    """So much used on a day. The reference is your own and makes the record count once."""

    customer = IdIn()
    meter = serializers.CharField(max_length=40)
    used_on = serializers.DateField()
    quantity = RateIn()
    reference = serializers.CharField(max_length=100)


class UsageBatchIn(Input):
    """Records to keep: all of them, or none where one is wrong."""

    records = UsageIn(many=True, allow_empty=False, max_length=5000)  # type: ignore[call-arg]  # of the list


class RecordedOut(serializers.Serializer):
    """How many records were new, and how many were here already."""

    new = serializers.IntegerField()
    known = serializers.IntegerField()


class UsageQuery(PageQuery):
    """Which usage."""

    customer = IdIn(required=False)
    meter = serializers.CharField(max_length=40, required=False)
    used_from = serializers.DateField(required=False)
    used_to = serializers.DateField(required=False)


class UsageOut(serializers.ModelSerializer):
    """A record of usage; `occurrence_id` is the period that billed it."""

    quantity = RateOut()

    class Meta:
        model = UsageRecord
        fields = ["id", "customer_id", "meter", "used_on", "quantity", "reference", "occurrence_id"]


class UsagePage(serializers.Serializer):
    """Some usage, and the cursor of the next page."""

    results = UsageOut(many=True)
    next = serializers.CharField(allow_null=True)


class ConsolidateIn(Input):
    """The drafts to join, one for each customer and month."""

    drafts = serializers.ListField(child=IdIn(), allow_empty=False, max_length=2000)


class ConsolidatedOut(serializers.Serializer):
    """The drafts that they became."""

    results = InvoiceRow(many=True)
