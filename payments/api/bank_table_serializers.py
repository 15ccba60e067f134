"""Tables of banks, as they come in and go out."""

from typing import Any

from rest_framework import serializers

from office.api.fields import AmountOut, FileIn, Input
from payments.api.bank_serializers import UnreadFieldOut
from payments.bank_files.tables import COLUMN_ROLES
from payments.bank_files.tables.mapping import MOST_COLUMNS
from payments.models import BankMapping

ROLES = ", ".join(field.name for field in COLUMN_ROLES)


class WordsIn(serializers.ListField):
    """A few words."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            child=serializers.CharField(max_length=60, allow_blank=True),
            max_length=MOST_COLUMNS,
            **{"required": False} | kwargs,
        )


class TableMappingIn(Input):
    """Which column is what, in the table's order, and how it is written; what is left out is told from the table."""

    columns = WordsIn(required=True, help_text=f"For each column one of {ROLES}, or empty for one not used.")
    headings = WordsIn(help_text="As they stand in the table; none where it has none.")
    first_line = serializers.IntegerField(min_value=1, max_value=10_000, required=False)
    last_rows = serializers.IntegerField(min_value=0, max_value=100, required=False)
    encoding = serializers.CharField(max_length=20, required=False, allow_blank=True)
    separator = serializers.CharField(max_length=1, required=False, allow_blank=True, trim_whitespace=False)
    decimal = serializers.CharField(max_length=1, required=False, allow_blank=True)
    day_order = serializers.CharField(max_length=3, required=False, allow_blank=True, help_text="ymd, dmy or mdy.")
    in_words = WordsIn()
    out_words = WordsIn()
    pending_words = WordsIn()
    flips = serializers.BooleanField(required=False)
    out_is_negative = serializers.BooleanField(required=False)
    goes_on = serializers.BooleanField(required=False)


class TableMappingOut(TableMappingIn):
    """The same, as it is kept or guessed."""


class MappingIn(Input):
    """How the tables of an account are read."""

    account = serializers.CharField(max_length=40, help_text="Our account's number.")
    mapping = TableMappingIn()


class TableIn(MappingIn):
    """A table of an account, and how it is read."""

    name = serializers.CharField(max_length=200)
    content = FileIn(help_text="Its bytes in Base64: CSV or Excel.")


class PreviewIn(Input):
    """A table to look at; without a mapping it is guessed."""

    account = serializers.CharField(max_length=40, help_text="Our account's number.")
    content = FileIn(help_text="Its bytes in Base64: CSV or Excel.")
    mapping = TableMappingIn(required=False)


class PreviewLineOut(serializers.Serializer):
    """A line as it would be read."""

    place = serializers.CharField()
    booked_on = serializers.DateField(allow_null=True)
    amount = AmountOut()
    party_name = serializers.CharField()
    text = serializers.CharField()
    is_pending = serializers.BooleanField()
    unread = UnreadFieldOut(many=True)


class PreviewOut(serializers.Serializer):
    """How a table would be read: the mapping, how many lines, and the first of them."""

    mapping = TableMappingOut()
    line_count = serializers.IntegerField()
    lines = PreviewLineOut(many=True)


class BankMappingOut(serializers.ModelSerializer):
    """How the tables of an account with these headings are read."""

    account = serializers.CharField(source="bank_account.iban")
    mapping = TableMappingOut(source="rules")

    class Meta:
        model = BankMapping
        fields = ["id", "account", "mapping", "kept_by", "kept_at"]


class BankMappingPage(serializers.Serializer):
    """A page of mappings."""

    results = BankMappingOut(many=True)
    next = serializers.CharField(allow_null=True)
