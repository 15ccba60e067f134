"""What reports are asked and answer."""

from typing import Any

from rest_framework import serializers

from customers.search import fold
from office.api.fields import AmountOut, IdIn, Query, RateOut
from office.api.paging import PageQuery
from office.models import Company, User
from reports.ageing import COLUMNS, DISPUTED, PLANNED, AgeingQuestion
from reports.causes import DIMENSIONS


class QuestionQuery(Query):
    """Which day, as known when, aged by which date."""

    on = serializers.DateField(required=False, help_text="Left out: today in the company's time zone.")
    by = serializers.ChoiceField(choices=[("due_on", "due date"), ("dated_on", "document date")], default="due_on")
    known_at = serializers.DateTimeField(required=False, help_text="As the book knew it at this moment.")
    q = serializers.CharField(required=False, max_length=100, help_text="A part of a customer's name or number.")


class AgeingQuery(QuestionQuery, PageQuery):
    """The question, and which page of its answer."""


class AgedItemsQuery(QuestionQuery):
    """The question, and which of its figures."""

    column = serializers.ChoiceField(
        choices=[(column, column) for column in [*COLUMNS, DISPUTED, PLANNED]], required=False
    )
    customer = IdIn(required=False)
    currency = serializers.CharField(max_length=3, required=False)


def question_from(query: dict[str, Any], company: Company, user: User) -> AgeingQuestion:
    """The question within what this person may see."""
    return AgeingQuestion(
        company_id=company.pk,
        on=query.get("on") or company.today(),
        known_at=query.get("known_at"),
        by=query["by"],
        owner_id=user.pk if user.only_own_customers else None,
        search=fold(query.get("q", "")).replace("%", "").replace("_", ""),
    )


class AgedAmounts(serializers.Serializer):
    """Amounts by how late they are; the columns add up to the total, of which some is disputed or in a plan."""

    currency = serializers.CharField()
    current = AmountOut()
    days_1_30 = AmountOut()
    days_31_60 = AmountOut()
    days_61_90 = AmountOut()
    over_90 = AmountOut()
    unapplied = AmountOut()
    total = AmountOut()
    disputed = AmountOut()
    planned = AmountOut()


class AgeingRowOut(AgedAmounts):
    """A customer's figures in one currency."""

    customer_id = serializers.IntegerField()
    number = serializers.CharField()
    name = serializers.CharField()


class AgeingTotalOut(AgedAmounts):
    """The sums of all customers, and the receivable account to compare with, where the answer covers the whole book."""

    control = AmountOut(allow_null=True)
    difference = AmountOut(allow_null=True)


class AgeingOut(serializers.Serializer):
    """The ageing report."""

    on = serializers.DateField()
    by = serializers.CharField()
    known_at = serializers.DateTimeField(allow_null=True)
    results = AgeingRowOut(many=True)
    totals = AgeingTotalOut(many=True)
    next = serializers.CharField(allow_null=True)


class AgedItemOut(serializers.Serializer):
    """An open item behind a figure, or a part with a day of its own; `age` is its days past the date it is aged by."""

    customer_id = serializers.IntegerField()
    customer = serializers.CharField()
    kind = serializers.CharField()
    reference = serializers.CharField()
    dated_on = serializers.DateField()
    due_on = serializers.DateField(help_text="As the document says.")
    pay_on = serializers.DateField(help_text="As agreed on last: put off, or an instalment's day.")
    currency = serializers.CharField()
    amount = AmountOut()
    open = AmountOut()
    disputed = AmountOut(help_text="Of the whole item; said once.")
    planned = AmountOut(help_text="What of it is in a payment plan.")
    age = serializers.IntegerField()


class AgedItemsOut(serializers.Serializer):
    """The items that one figure adds up."""

    results = AgedItemOut(many=True)


class CauseQuery(Query):
    """Which days, and by what."""

    by = serializers.ChoiceField(choices=list(DIMENSIONS.items()), default="reason")
    first_day = serializers.DateField(required=False, help_text="Left out: the first of this year.")
    last_day = serializers.DateField(required=False, help_text="Left out: today.")


class ShareOut(serializers.Serializer):
    """How many ended so, and in how many of a hundred."""

    outcome = serializers.CharField(help_text="open, or an outcome of disputes.")
    count = serializers.IntegerField()
    percent = serializers.IntegerField()


class CauseOut(serializers.Serializer):
    """A cause in one currency; `days` is how long the closed ones took on average."""

    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]  # a field, not its own label
    currency = serializers.CharField()
    count = serializers.IntegerField()
    amount = AmountOut()
    days = RateOut(allow_null=True)
    shares = ShareOut(many=True)


class CausesOut(serializers.Serializer):
    """Disputes by cause."""

    first_day = serializers.DateField(source="question.first_day")
    last_day = serializers.DateField(source="question.last_day")
    by = serializers.CharField(source="question.by")
    results = CauseOut(many=True)
    totals = CauseOut(many=True)
