"""What statements look like coming in and going out."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from credit_control.models import Statement, StatementOutcome, StatementRow
from customers.api.serializers import CustomerRef
from customers.models import StatementForm
from ledger.refusals import Refused
from office.api.fields import AmountOut, IdIn, Input, PersonEmailOut, Query, WordsOut
from office.api.paging import PageQuery
from office.models import MailStatus, OutgoingMail, RunStatus

FORMS = [each for each in StatementForm.choices if each[0] != StatementForm.NONE]
MOST_CONTACTS = 50


class _Asked(serializers.Serializer):
    """Which days, in which form, and over whose accounts."""

    on = serializers.DateField(required=False, help_text="As of the end of this day; left out: today.")
    form = serializers.ChoiceField(choices=FORMS, required=False, help_text="Left out: the customer's.")
    combined = serializers.BooleanField(required=False, help_text="Over all their subsidiaries, too.")

    def get_fields(self) -> dict[str, serializers.Field]:
        """With the first day, whose name is a word of Python's."""
        first = serializers.DateField(required=False, help_text="Left out: the first of the last day's month.")
        return super().get_fields() | {"from": first}


class StatementQuery(_Asked, Query):
    """Which statement."""


class StatementAskedIn(_Asked, Input):
    """Which statement is sent, and to whom."""

    contacts = serializers.ListField(
        child=IdIn(), required=False, allow_empty=False, max_length=MOST_CONTACTS, help_text="Left out: who gets them."
    )


class _InCurrency(serializers.Serializer):
    """Rows whose amounts are in the currency of the part that they belong to."""

    def to_representation(self, instance: Any) -> dict[str, Any]:
        currency = self.context["currency"]
        return super().to_representation(instance._asdict() | self.more(instance) | {"currency": currency})

    def more(self, instance: Any) -> dict[str, Any]:
        """What a row says beside its fields."""
        return {}


class MovementOut(_InCurrency):
    """A document or payment of the period, and the balance after it."""

    kind = serializers.CharField()
    reference = serializers.CharField()
    dated_on = serializers.DateField()
    amount = AmountOut()
    balance = AmountOut()


class OpenLineOut(_InCurrency):
    """What was open on the day."""

    def more(self, instance: Any) -> dict[str, Any]:
        return {"pay_on": instance.pay_on}

    kind = serializers.CharField()
    reference = serializers.CharField()
    dated_on = serializers.DateField()
    due_on = serializers.DateField(help_text="As the document says.")
    pay_on = serializers.DateField(help_text="The first day agreed on: put off, or an instalment's; else the due day.")
    amount = AmountOut()
    open = AmountOut()
    disputed = AmountOut()


class AgeingColumnOut(serializers.Serializer):
    """A column of the ageing."""

    column = serializers.CharField()
    currency = serializers.CharField()
    amount = AmountOut()


class StatementTotalsOut(serializers.Serializer):
    """What is owed in one currency; below zero where we owe them."""

    currency = serializers.CharField()
    opening = AmountOut()
    closing = AmountOut()
    overdue = AmountOut()
    ageing = serializers.SerializerMethodField()

    def get_ageing(self, part: Any) -> list[dict[str, Any]]:
        """Each column; they add up to what it closes with."""
        rows = [{"column": column, "currency": part.currency, "amount": amount} for column, amount in part.ageing]
        return list(AgeingColumnOut(rows, many=True).data)


class StatementPartOut(StatementTotalsOut):
    """A customer's account in one currency."""

    movements = serializers.SerializerMethodField()
    items = serializers.SerializerMethodField()

    def get_movements(self, part: Any) -> list[dict[str, Any]]:
        """What moved it in these days."""
        return list(MovementOut(part.movements, many=True, context={"currency": part.currency}).data)

    def get_items(self, part: Any) -> list[dict[str, Any]]:
        """What is open of it."""
        return list(OpenLineOut(part.items, many=True, context={"currency": part.currency}).data)


class StatementSectionOut(serializers.Serializer):
    """One customer's account."""

    customer_id = serializers.IntegerField()
    number = serializers.CharField()
    name = serializers.CharField()
    parts = StatementPartOut(many=True)


class StatementFiguresOut(serializers.Serializer):
    """What a statement says."""

    form = serializers.CharField()
    from_on = serializers.DateField()
    on = serializers.DateField()
    is_combined = serializers.BooleanField()
    sections = StatementSectionOut(many=True)
    totals = StatementTotalsOut(many=True)


class StatementMailOut(serializers.ModelSerializer):
    """A mail that brought it."""

    to_email = PersonEmailOut()
    explanation = WordsOut()
    status = serializers.ChoiceField(choices=MailStatus.choices)

    class Meta:
        model = OutgoingMail
        fields = ["id", "to_email", "status", "explanation", "queued_at", "finished_at"]


class StatementRowOut(serializers.ModelSerializer):
    """A kept statement in a list."""

    customer = CustomerRef()

    class Meta:
        model = Statement
        fields = [
            "id",
            "customer",
            "run_id",
            "repeats_id",
            "is_combined",
            "form",
            "from_on",
            "on",
            "closing",
            "made_at",
        ]


class StatementOut(StatementRowOut):
    """A kept statement with its figures and mails."""

    figures = StatementFiguresOut(source="said")
    mails = StatementMailOut(many=True)

    class Meta(StatementRowOut.Meta):
        fields = [*StatementRowOut.Meta.fields, "figures", "mails"]


class StatementPage(serializers.Serializer):
    """A page of statements."""

    results = StatementRowOut(many=True)
    next = serializers.CharField(allow_null=True)


class StatementsQuery(PageQuery):
    """Which kept statements."""

    customer = IdIn(required=False)
    run = IdIn(required=False)
    on = serializers.DateField(required=False)


class StatementRunIn(Input):
    """Which statements to look at."""

    on = serializers.DateField(help_text="As of the end of this day.")
    group = IdIn(required=False, help_text="Only customers of this group.")
    customers = serializers.ListField(child=IdIn(), required=False, allow_empty=False, help_text="Only these.")

    def get_fields(self) -> dict[str, serializers.Field]:
        """With the first day, whose name is a word of Python's."""
        return super().get_fields() | {"from": serializers.DateField()}


class StatementStartIn(Input):
    """Whose are not sent, and whose are although they look wrong: ids of the run's rows."""

    without = serializers.ListField(child=IdIn(), required=False)
    approved = serializers.ListField(child=IdIn(), required=False)


class StatementTallyOut(serializers.Serializer):
    """How many customers have one outcome."""

    outcome = serializers.ChoiceField(choices=StatementOutcome.choices)
    count = serializers.IntegerField()


class MailTallyOut(serializers.Serializer):
    """How many mails are in one state."""

    state = serializers.ChoiceField(choices=MailStatus.choices)
    count = serializers.IntegerField()


class StatementRunOut(serializers.Serializer):
    """A statement run as it stands; while `is_dry` it only says what would be sent."""

    id = serializers.IntegerField(source="pk")
    title = serializers.CharField(source="run.title")
    status = serializers.ChoiceField(choices=RunStatus.choices, source="run.status")
    is_dry = serializers.BooleanField(source="run.is_dry")
    done = serializers.IntegerField(source="run.done")
    total = serializers.IntegerField(source="run.total")
    explanation = serializers.CharField(source="run.explanation")
    from_on = serializers.DateField()
    on = serializers.DateField()
    scheduled_for = serializers.DateField(allow_null=True)
    outcomes = StatementTallyOut(many=True)
    mails = MailTallyOut(many=True)


class StatementRunPage(serializers.Serializer):
    """A page of runs."""

    results = StatementRunOut(many=True)
    next = serializers.CharField(allow_null=True)


class StatementRunRowOut(serializers.ModelSerializer):
    """A customer in a run, with the statement that was made and its mail's state."""

    customer = CustomerRef()
    statement_id = serializers.IntegerField(allow_null=True)
    mail_state = serializers.ChoiceField(choices=MailStatus.choices, allow_null=True)

    class Meta:
        model = StatementRow
        fields = ["id", "customer", "is_combined", "outcome", "note", "closing", "statement_id", "mail_state"]


class StatementRunRowPage(serializers.Serializer):
    """A page of a run's customers."""

    results = StatementRunRowOut(many=True)
    next = serializers.CharField(allow_null=True)


class StatementRunRowsQuery(PageQuery):
    """Which customers of a run."""

    outcome = serializers.ChoiceField(choices=StatementOutcome.choices, required=False)
    mail = serializers.ChoiceField(choices=MailStatus.choices, required=False)


class StatementScheduleIn(Input):
    """When statements are made by themselves."""

    day_of_month = serializers.IntegerField(allow_null=True, min_value=1, max_value=31, help_text="Empty: never.")
    at = serializers.TimeField(required=False)
    sends = serializers.BooleanField(required=False, help_text="Without a person.")
    most = serializers.IntegerField(required=False, min_value=1, max_value=1_000_000)


@extend_schema_field({"type": "string", "example": "06:00:00"})
class ClockOut(serializers.TimeField):
    """An hour of the company's own day, without a zone."""


class StatementScheduleOut(serializers.Serializer):
    """The schedule, and the day on which it makes the next ones."""

    day_of_month = serializers.IntegerField(allow_null=True)
    at = ClockOut()
    sends = serializers.BooleanField()
    most = serializers.IntegerField()
    next_on = serializers.DateField(allow_null=True)


def require_known(found: int, wanted: int) -> None:
    """Raise Refused where some of the customers named are not there."""
    if found != wanted:
        raise Refused("One of these customers is not there.", code="unknown_customer")
