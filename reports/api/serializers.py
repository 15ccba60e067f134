"""What reports are asked and answer."""

from rest_framework import serializers

from office.api.fields import AmountOut, Query, RateOut
from reports.causes import DIMENSIONS


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
