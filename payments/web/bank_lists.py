"""The lists of what banks said: statements, lines, and lines that a person has to look at."""

from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET

from ledger.money import format_money
from ledger.present import present
from office.models import BankAccount
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, Text, Toggle, list_page
from office.web.requests import StaffRequest
from office.written import plain_day
from payments.access import bank_accounts_for
from payments.bank import StatementWithJoints, with_joints, with_left
from payments.models import BankLine, BankStatement, UnreadLine, UnreadOutcome

NOTHING_YET = Empty(
    "Nothing from the bank yet",
    "Read a bank file: camt.052, 053 or 054, MT940, MT942, OFX, QFX, BAI2, or a table (CSV or Excel).",
    "building-bank",
    "payments:take_bank_file",
    "Read a bank file",
)
ACCOUNT = Text("account", "Account", "bank_account__name")


def checked(statement: StatementWithJoints) -> str:
    """Whether a statement adds up and joins the one before it, in words."""
    if statement.is_gap:
        last = format_money(present(statement.last_closing), statement.currency)
        return f"Gap: the one before closed with {last}"
    return {True: "Adds up", False: "Does not add up", None: "No balances"}[statement.adds_up]


STATEMENTS = ListSpec(
    name="bank-statements",
    title="Bank statements",
    columns=(
        Column(
            "number",
            "Statement",
            "number",
            sort="pk",
            url=lambda row: reverse("payments:bank_file", args=[row.file_id]),
        ),
        Column("account", "Account", "bank_account.name", sort="bank_account__name"),
        Column("from_on", "From", "from_on", "day", hide_below="tablet"),
        Column("until_on", "Until", "until_on", "day", hide_below="phone"),
        Column("check", "Check", checked),
        Column("lines", "Lines", "line_count", "number", hide_below="tablet"),
        Column("opening", "Opening", "opening", "money", hide_below="phone"),
        Column("closing", "Closing", "closing", "money"),
    ),
    order="-number",
    filters=(
        ACCOUNT,
        Toggle("wrong", "Does not add up", lambda rows, _: rows.filter(adds_up=False)),
        Toggle("gap", "Gap before it", lambda rows, _: rows.filter(is_gap=True)),
        DateRange("until", "Until", "until_on"),
    ),
    search=("number", "bank_account__name", "file__name"),
    search_hint="Number, account or file",
    empty=NOTHING_YET,
)
LINES = ListSpec(
    name="bank-lines",
    title="Bank lines",
    columns=(
        Column("party", "Who", str, sort="pk", url=lambda row: reverse("payments:bank_line", args=[row.pk])),
        Column("account", "Account", "bank_account.name", sort="bank_account__name", hide_below="tablet"),
        Column("booked_on", "Booked", "booked_on", "day", sort="booked_on"),
        Column("text", "Their words", "text", hide_below="phone"),
        Column("party_account", "From or to", "party_account", hide_below="tablet"),
        Column("amount", "Amount", "amount", "money", sort="amount", total="amount"),
        Column("left", "To match", "left", "money", total="left"),
    ),
    order="-booked_on",
    filters=(
        ACCOUNT,
        Toggle("to_match", "To match", lambda rows, _: rows.filter(left__gt=0)),
        Choice(
            "way",
            "Way",
            lambda rows, way: rows.filter(amount__gt=0) if way == "in" else rows.filter(amount__lt=0),
            (("in", "Money in"), ("out", "Money out")),
        ),
        Toggle("reversal", "Reversals", "is_reversal"),
        DateRange("booked", "Booked", "booked_on"),
    ),
    search=("party_name", "text", "party_account", "bank_reference", "end_to_end_id"),
    search_hint="Name, words, account or reference",
    empty=NOTHING_YET,
)
UNREAD_LINES = ListSpec(
    name="bank-exceptions",
    title="Bank lines for a person to look at",
    columns=(
        Column(
            "place",
            "Where",
            "place",
            sort="pk",
            url=lambda row: reverse("payments:unread_line", args=[row.pk]),
            note=lambda row: row.statement.file.name,
        ),
        Column("account", "Account", "bank_account.name", sort="bank_account__name", hide_below="phone"),
        Column("unread", "What stood there", lambda row: words_of(row)),
        Column("outcome", "Became", lambda row: row.get_outcome_display(), hide_below="phone"),
        Column("settled_by", "By", "settled_by.name", hide_below="tablet"),
    ),
    order="-place",
    filters=(ACCOUNT, Choice("outcome", "Became", "outcome", UnreadOutcome.choices)),
    search=("place", "statement__file__name", "bank_account__name"),
    search_hint="Place, file or account",
    empty=Empty(
        "Nothing waits",
        "Lines with a field that cannot be read, and those that another format may have told of, come here.",
        "circle-check",
    ),
)


def words_of(unread: UnreadLine) -> str:
    """Which fields of a line could not be read, and what stood there."""
    if unread.may_be:
        return f"May be the same as {unread.may_be} of {plain_day(unread.may_be.booked_on)}"
    return "; ".join(f"{field['name']}: {field['found']}" for field in unread.unread)


@require_GET
@staff_door("payments.view_bank")
def statement_list(request: StaffRequest) -> HttpResponseBase:
    """All statements, with whether they add up and join."""
    rows = BankStatement.objects.filter(bank_account__in=_accounts(request)).select_related("bank_account", "file")
    rows = with_joints(rows.defer("file__content"))
    return list_page(request, STATEMENTS, rows, template="payments/bank_list.html")


@require_GET
@staff_door("payments.view_bank")
def line_list(request: StaffRequest) -> HttpResponseBase:
    """All lines, the newest first."""
    rows = BankLine.objects.filter(bank_account__in=_accounts(request)).select_related("bank_account")
    return list_page(request, LINES, with_left(rows), template="payments/bank_list.html")


@require_GET
@staff_door("payments.view_bank")
def unread_line_list(request: StaffRequest) -> HttpResponseBase:
    """The lines that a person has to look at, settled or not."""
    rows = UnreadLine.objects.filter(bank_account__in=_accounts(request))
    rows = rows.select_related("bank_account", "statement__file", "settled_by", "may_be").defer(
        "statement__file__content"
    )
    return list_page(request, UNREAD_LINES, rows, template="payments/bank_list.html")


def _accounts(request: StaffRequest) -> QuerySet[BankAccount]:
    return bank_accounts_for(request.user).filter(company=request.company)
