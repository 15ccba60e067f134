"""What banks said, as it comes in and goes out."""

from decimal import Decimal

from rest_framework import serializers

from customers.api.serializers import CustomerRef
from office.api.fields import AmountIn, AmountOut, CurrencyRateIn, FileIn, IdIn, Input
from office.api.paging import PageQuery
from payments.api.serializers import AllocateIn
from payments.api.settlements import SettlingIn
from payments.models import BankLine, BankStatement, SetAside, UnreadLine, UnreadOutcome


class BankFileIn(Input):
    """A file of a bank."""

    name = serializers.CharField(max_length=200)
    content = FileIn(help_text="Its bytes in Base64: camt.052, 053 or 054, MT940, MT942, OFX, QFX, BAI2, CSV or Excel.")
    account = serializers.CharField(
        required=False, max_length=40, help_text="Our account's number, for a table that does not name it."
    )


class BankFileOut(serializers.Serializer):
    """What came of a file: how many of its lines are new, were known, could not be read, or are not booked yet."""

    file = serializers.IntegerField(source="file.pk")
    new = serializers.IntegerField()
    known = serializers.IntegerField()
    unread = serializers.IntegerField()
    pending = serializers.IntegerField()
    matched = serializers.IntegerField(help_text="How many lines were matched without a person right after.")
    unknown_accounts = serializers.ListField(child=serializers.CharField())


class BankStatementOut(serializers.ModelSerializer):
    """A statement; `is_gap` where the one before it closed with something else, `last_closing`."""

    account = serializers.CharField(source="bank_account.iban")
    opening = AmountOut()
    closing = AmountOut()
    last_closing = AmountOut(allow_null=True)
    is_gap = serializers.BooleanField()

    class Meta:
        model = BankStatement
        fields = ["id", "file", "account", "number", "message", "currency", "from_on", "until_on", "opening"]
        fields += ["closing", "line_count", "pending_count", "adds_up", "is_gap", "last_closing", "notes"]


class BankLineOut(serializers.ModelSerializer):
    """A line of an account; money in is above zero."""

    account = serializers.CharField(source="bank_account.iban")
    amount = AmountOut()
    references = serializers.ListField(child=serializers.CharField())

    class Meta:
        model = BankLine
        fields = ["id", "statement", "account", "booked_on", "value_on", "amount", "currency", "is_reversal", "text"]
        fields += ["references", "end_to_end_id", "mandate", "bank_reference", "party_name", "party_account"]
        fields += ["party_bank", "kind", "return_reason"]


class UnreadFieldOut(serializers.Serializer):
    """A field that could not be read."""

    place = serializers.CharField()
    name = serializers.CharField()
    found = serializers.CharField()


class UnreadLineOut(serializers.ModelSerializer):
    """A line with fields that could not be read, or one that `may_be` a line known from another format.

    Completed, it stands beside that one; left out, it is the same.
    """

    account = serializers.CharField(source="bank_account.iban")
    unread = UnreadFieldOut(many=True)

    class Meta:
        model = UnreadLine
        fields = ["id", "statement", "account", "place", "unread", "may_be", "outcome", "reason", "line", "settled_by"]


class RetoldIn(Input):
    """Whether all of a statement's doubtful lines are those that another format told of."""

    are_same = serializers.BooleanField()


class RetoldOut(serializers.Serializer):
    """How many were settled."""

    settled = serializers.IntegerField()


class BankStatementPage(serializers.Serializer):
    """A page of statements."""

    results = BankStatementOut(many=True)
    next = serializers.CharField(allow_null=True)


class BankLinePage(serializers.Serializer):
    """A page of lines."""

    results = BankLineOut(many=True)
    next = serializers.CharField(allow_null=True)


class UnreadLinePage(serializers.Serializer):
    """A page of lines that could not be read."""

    results = UnreadLineOut(many=True)
    next = serializers.CharField(allow_null=True)


class BankLineQuery(PageQuery):
    """Which lines."""

    booked_from = serializers.DateField(required=False)
    booked_to = serializers.DateField(required=False)
    account = serializers.CharField(required=False, max_length=40, help_text="The account's own number.")


class UnreadQuery(PageQuery):
    """Which lines that could not be read."""

    outcome = serializers.ChoiceField(choices=UnreadOutcome.choices, required=False)


class CompleteIn(Input):
    """What a line really says."""

    amount = AmountIn(help_text="Above zero for money in.")
    booked_on = serializers.DateField()


class LeaveOutIn(Input):
    """Why a line is left out."""

    reason = serializers.CharField(max_length=300)


class ProposedShareOut(serializers.Serializer):
    """So much on an open item."""

    item = serializers.IntegerField()
    reference = serializers.CharField()
    amount = AmountOut()
    discount = AmountOut()


class ProposalOut(serializers.Serializer):
    """Whose payment a line probably is, what it would settle, what would stay on account, and why."""

    customer = CustomerRef()
    amount = AmountOut()
    rest = AmountOut()
    shares = ProposedShareOut(many=True)
    reasons = serializers.ListField(child=serializers.CharField())


class MatchableLineOut(BankLineOut):
    """A line with what is left of it to match, and what it probably pays, the likeliest first."""

    left = AmountOut()
    proposals = ProposalOut(many=True)

    class Meta(BankLineOut.Meta):
        fields = [*BankLineOut.Meta.fields, "left", "proposals"]


class MatchIn(Input):
    """Whose payment it is, how much of it, and what it settles."""

    customer = IdIn()
    amount = AmountIn()
    exchange_rate = CurrencyRateIn(required=False)
    bank_fee = AmountIn(default=Decimal(0), min_value=0, help_text="Kept by a bank on the way; they paid it on top.")
    allocate = AllocateIn(default=dict, help_text="What it settles; left out, it stays on account.")
    discounts = serializers.ListField(
        child=IdIn(),
        default=list,
        max_length=200,
        help_text="Items whose early-payment discount it leaves: granted too.",
    )
    settle = SettlingIn(
        many=True, default=list, help_text="Instead of allocate: items, each with what becomes of its rest."
    )


class ReturnIn(Input):
    """The receipt that a line takes back, and what the customer is charged for it."""

    receipt = IdIn()
    charge = AmountIn(default=Decimal(0))


class SetAsideOut(serializers.ModelSerializer):
    """That a line is no customer's payment."""

    class Meta:
        model = SetAside
        fields = ["id", "line", "reason", "by", "at", "withdrawn_by", "withdrawn_at"]
