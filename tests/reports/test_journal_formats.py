"""What each format says of an account is what the book says of it, to the cent, as a reader of its own finds."""

import csv
import re
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ledger.models import Account, Entry, Line
from ledger.refusals import Refused
from reports.journal.texts import one_line, western
from reports.models import JournalBatch, JournalDebtor
from reports.operations.map_journal_accounts import AccountNames, map_journal_accounts
from reports.operations.set_journal_settings import set_journal_settings
from reports.operations.withdraw_journal import withdraw_journal
from tests import world
from tests.history import make_history
from tests.reports.journal_readers import (
    Booked,
    by_account,
    groups_add_up,
    read_datev,
    read_iif,
    read_quickbooks_online,
    read_sheet,
    read_xero,
    table,
)
from tests.reports.journals import DAY, LATER, bill_and_pay, booked, content_of, export, post_made_up, ready

pytestmark = pytest.mark.django_db


def receivable_per_debtor(company: Any) -> dict[str, Decimal]:
    """What the book has on the receivable account, by the debtor accounts of the customers."""
    sums: dict[str, Decimal] = {}
    numbers = dict(JournalDebtor.objects.values_list("customer_id", "number"))
    for line in Line.objects.filter(account__company_id=company.pk, account__role="receivable"):
        number = str(numbers[line.customer_id])
        sums[number] = sums.get(number, Decimal(0)) + line.company_amount
    return {number: amount for number, amount in sums.items() if amount}


def for_datev(company: Any) -> dict[str, Decimal]:
    rest = {number: sum_ for number, sum_ in booked(company).items() if number != "1200"}
    return rest | receivable_per_debtor(company)


READERS: dict[str, tuple[Callable[[bytes], list[Booked]], Callable[[Any], dict[str, Decimal]]]] = {
    "datev": (lambda content: read_datev(content)[2], for_datev),
    "iif": (read_iif, lambda company: booked(company, "name")),
    "qbo": (read_quickbooks_online, lambda company: booked(company, "name")),
    "xero": (read_xero, booked),
}


@pytest.fixture
def busy(company: Any, customer: Any) -> Any:
    """A company with a little of everything, in several currencies, of which nothing is exported."""
    make_history(company, customer)
    free_all()
    ready(company)
    return company


def free_all() -> None:
    """Let all entries wait again."""
    for batch in JournalBatch.objects.filter(withdrawn_at=None):
        withdraw_journal(batch.pk, reason="Once more", by=None)


@pytest.fixture
def billed(company: Any, customer: Any) -> Any:
    return bill_and_pay(company, customer)


def by_years(company: Any, form: str) -> list[JournalBatch]:
    """All there is, a year at a time."""
    years = {day.year for day in Entry.objects.values_list("dated_on", flat=True)}
    return [export(company, form, min(date(year, 12, 31), company.today()), date(year, 1, 1)) for year in sorted(years)]


def test_each_file_gives_each_account_what_the_book_gives_it(busy: Any) -> None:
    for form, (read, expected) in READERS.items():
        batches = by_years(busy, form)
        rows = [row for batch in batches for row in read(content_of(batch))]

        assert by_account(rows) == expected(busy) != {}
        assert groups_add_up(rows)
        assert {row.on for row in rows} <= set(Entry.objects.values_list("dated_on", flat=True))
        assert sum(batch.file.entry_count for batch in batches) == Entry.objects.count()
        assert sum(batch.file.line_count for batch in batches) == Line.objects.count()
        free_all()


@pytest.mark.parametrize("signs", [(",", ".", "%Y-%m-%d"), (";", ",", "%d.%m.%Y"), ("\t", ",", "%m/%d/%Y")])
def test_a_plain_csv_says_each_line_of_the_book(billed: Any, signs: tuple[str, str, str]) -> None:
    separator, decimal_sign, day_form = signs
    columns = [["key", "Our entry"], ["date", ""], ["their_account", "Konto"], ["debtor", ""], ["debit", "Soll"]]
    columns += [["credit", "Haben"], ["currency", ""], ["company_amount", "EUR"], ["customer_number", ""]]
    wanted = {"separator": separator, "decimal_sign": decimal_sign, "day_form": day_form, "columns": columns}
    set_journal_settings(billed, wanted, by=None)
    content = content_of(export(billed, "csv", billed.today()))

    def number(text: str) -> Decimal:
        return Decimal(text.replace(decimal_sign, ".") or 0)

    said = sorted(
        (row["Our entry"], row["Date"], row["Konto"], number(row["Soll"]) - number(row["Haben"]), row["Currency"])
        for row in table(content, separator)
    )
    lines = Line.objects.select_related("entry", "account__journal_account")
    assert said == sorted(
        (
            line.entry.key,
            line.dated_on.strftime(day_form),
            line.account.journal_account.number,
            line.amount,
            line.currency,
        )
        for line in lines
    )
    assert list(table(content, separator)[0]) == [
        head or usual
        for head, usual in zip(
            ["Our entry", "", "Konto", "", "Soll", "Haben", "", "EUR", ""],
            ["", "Date", "", "Debtor account", "", "", "Currency", "", "Customer number"],
            strict=True,
        )
    ]
    numbers = {str(number) for number in JournalDebtor.objects.values_list("number", flat=True)}
    assert {row["Debtor account"] for row in table(content, separator)} - {""} == numbers


def test_excel_has_true_numbers_and_days_a_frozen_head_and_sums_as_formulas(billed: Any) -> None:
    set_journal_settings(
        billed,
        {
            "columns": [
                ["date", ""],
                ["debit", ""],
                ["credit", ""],
                ["currency", ""],
                ["company_amount", ""],
                ["customer", ""],
            ]
        },
        by=None,
    )
    sheet = read_sheet(content_of(export(billed, "xlsx", LATER)))

    assert [sheet.cells[f"{column}1"] for column in "ABCDEF"] == [
        "Date",
        "Debit",
        "Credit",
        "Currency",
        "Company amount",
        "Customer",
    ]
    assert sheet.frozen == 1
    assert (sheet.cells["A2"], sheet.cells["B2"]) == (Decimal((DAY - date(1899, 12, 30)).days), Decimal(119))
    assert sheet.formulas == {
        "B10": '=SUMIF(D2:D8,"EUR",B2:B8)'[1:],
        "C10": 'SUMIF(D2:D8,"EUR",C2:C8)',
        "E10": "SUM(E2:E8)",
        "B11": 'SUMIF(D2:D8,"USD",B2:B8)',
        "C11": 'SUMIF(D2:D8,"USD",C2:C8)',
    }
    assert [sheet.cells[name] for name in ("B10", "C10", "B11", "C11")] == [238, 238, 200, 200]


@pytest.mark.parametrize(
    ("form", "names", "words"),
    [
        ("datev", {"number": "44000"}, "4000 Sales has 44000 there, which is no number of up to 4 digits"),
        ("datev", {"number": "44O0"}, "no number"),
        ("datev", {"number": "0000"}, "no number"),
        ("datev", {"number": "4400", "tax_code": "VAT"}, "no BU-Schlüssel"),
        ("datev", {"name": "Sales"}, "has no number there"),
        ("xero", {"name": "Sales"}, "has no number there"),
        ("xero", {"number": "12345678901"}, "more than 10 signs"),
        ("qbo", {"number": "4400"}, "has no name there"),
        ("iif", {"number": "4400"}, "has no name there"),
    ],
)
def test_an_account_that_a_format_cannot_name_is_refused(
    billed: Any, form: str, names: dict[str, str], words: str
) -> None:
    sales = Account.objects.get(company_id=billed.pk, role="sales")
    map_journal_accounts(billed, [AccountNames(sales.pk, **names)], by=None)
    with pytest.raises(Refused, match=re.escape(words)):
        export(billed, form, LATER)
    assert not JournalBatch.objects.exists()


def test_an_amount_that_a_format_cannot_carry_is_refused(db: None) -> None:
    dinar = world.make_company("KWD", time_zone="Asia/Kuwait")
    ready(dinar)
    post_made_up(dinar, [[("bank", "1.005"), ("opening", "-1.005")]])
    for form in ("datev", "iif", "qbo", "xero"):
        with pytest.raises(Refused) as refusal:
            export(dinar, form, LATER)
        assert refusal.value.code == "amount_not_carried"
    assert "1.005" in content_of(export(dinar, "csv", LATER)).decode()


def test_what_customers_owe_carries_their_name_in_quickbooks_and_stands_first(billed: Any) -> None:
    rows = read_iif(content_of(export(billed, "iif", LATER)))

    assert [(row.account, row.amount, row.name) for row in rows if row.group == "1"] == [
        ("Accounts receivable there", Decimal("119.00"), "Bramble GmbH"),
        ("Sales there", Decimal("-100.00"), ""),
        ("Tax payable there", Decimal("-19.00"), ""),
    ]
    assert [row.name for row in rows if row.name][1] == "Zazólc 'Ltd'; Sti"


def test_two_journals_with_the_same_words_stay_two_in_xero(company: Any, customer: Any) -> None:
    ready(company, xero_tax_rate="No VAT")
    post_made_up(company, [[("bank", "5.00"), ("opening", "-5.00")]] * 2)
    rows = read_xero(content_of(export(company, "xero", LATER)))

    assert len({row.group for row in rows}) == 2
    assert {row.tax for row in rows} == {"No VAT"}


HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "a\r\nb;c", 'q"q', "\u202e\0x", "日本" * 40]


@pytest.mark.parametrize("form", ["csv", "xlsx", "datev", "iif", "qbo", "xero"])
def test_what_people_typed_stays_text_of_one_line(company: Any, form: str) -> None:
    for words in HOSTILE:
        if "\0" not in words:
            world.issue(world.make_customer(company, words, contacts=[]), "1.00", DAY)
    ready(company)
    content = content_of(export(company, form, LATER))

    if form == "xlsx":
        sheet = read_sheet(content)
        texts = [value for value in sheet.cells.values() if isinstance(value, str)]
        assert all(not formula.startswith(("1+1", "SUM(A1)")) for formula in sheet.formulas.values())
    elif form == "datev":
        read_datev(content)
        return
    elif form == "iif":
        texts = [cell for line in content.decode("cp1252").split("\r\n") for cell in line.split("\t")]
        texts = [text for text in texts if not re.fullmatch(r"-?\d+\.\d\d", text)]
        assert '"' not in "".join(texts)
    else:
        texts = [cell for row in csv.reader(StringIO(content.decode("utf-8-sig"), newline="")) for cell in row]
        texts = [text for text in texts if not re.fullmatch(r"-?\d+\.\d\d", text)]
    assert [text for text in texts if re.match(r"[=+\-@\t\r]", text)] == []
    assert [text for text in texts if re.search(r"[\r\n\t\0]", text)] == []


def test_letters_that_windows_lacks_lose_their_accents_and_no_length_grows() -> None:
    assert western("Zażółć Şti — € ß 日") == "Zazólc Sti — € ß ?"
    assert one_line("a\r\n\tb \u2028c", 4) == "a b"


ROLES = ["bank", "sales", "tax", "discount", "bad_debt", "fee", "exchange", "rounding", "deposits"]
CENTS = st.integers(-99_999_999, 99_999_999).map(lambda cents: Decimal(cents) / 100)


@st.composite
def made_up_entries(draw: st.DrawFn) -> list[list[tuple[str, str]]]:
    """Entries of two to nine lines on any accounts, several times the same one too, that add up to zero."""
    entries = []
    for _ in range(draw(st.integers(1, 5))):
        lines = draw(st.lists(st.tuples(st.sampled_from(ROLES), CENTS), min_size=1, max_size=8))
        rest = -sum((amount for _, amount in lines), Decimal(0))
        lines = [*lines, (draw(st.sampled_from(ROLES)), rest)]
        entries.append([(role, str(amount)) for role, amount in lines])
    return entries


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(entries=made_up_entries())
def test_whatever_the_lines_of_entries_are_each_format_gives_accounts_what_the_book_does(
    company: Any, entries: list[list[tuple[str, str]]]
) -> None:
    ready(company)
    post_made_up(company, entries)
    for form, (read, _) in READERS.items():
        batch = export(company, form, LATER)
        rows = read(content_of(batch))
        only = {"entry__journal_batches__batch": batch.pk}
        names = "number" if form in ("datev", "xero") else "name"
        assert by_account(rows) == booked(company, names, **only)
        assert groups_add_up(rows)
        withdraw_journal(batch.pk, reason="The next format", by=None)
    export(company, "csv", LATER)
