"""The journal as DATEV reads it."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ledger.models import Entry
from ledger.refusals import Refused
from reports.journal import datev
from reports.models import JournalBatch, JournalDebtor
from reports.operations.set_journal_settings import set_journal_settings
from tests import world
from tests.reports.journal_readers import (
    by_account,
    datev_fields,
    read_datev,
)
from tests.reports.journals import DAY, LATER, bill_and_pay, content_of, export, map_all, post_made_up, ready

pytestmark = pytest.mark.django_db


@pytest.fixture
def billed(company: Any, customer: Any) -> Any:
    return bill_and_pay(company, customer)


def test_datev_tells_whose_books_which_year_and_which_days(billed: Any) -> None:
    set_journal_settings(billed, {"fiscal_month": 3}, by=None)
    header, heads, rows = read_datev(content_of(export(billed, "datev", LATER)))

    assert header[:5] == ['"EXTF"', "700", "21", '"Buchungsstapel"', "13"]
    assert re.fullmatch(r"\d{17}", header[5])
    assert header[6:18] == [
        "",
        '"RE"',
        '"Duebook"',
        '""',
        "29098",
        "55003",
        "20260301",
        "4",
        "20260302",
        "20260322",
        '"Duebook 1"',
        '""',
    ]
    assert header[18:] == ["1", "0", "0", '"EUR"', "", '""', "", "", '"04"', "", "", '""', '""']
    assert (heads[0], heads[7], heads[13], heads[113], heads[124]) == (
        "Umsatz (ohne Soll/Haben-Kz)",
        "Gegenkonto (ohne BU-Schlüssel)",
        "Buchungstext",
        "Festschreibung",
        "Abw. Skontokonto",
    )
    assert {row.on for row in rows} == {DAY, LATER}


def test_datev_has_a_row_for_each_pair_of_accounts_of_an_entry(billed: Any) -> None:
    map_all(billed, a4000="40")
    content = content_of(export(billed, "datev", LATER)).decode("cp1252").split("\r\n")
    first = [datev_fields(line) for line in content[2:-1]]

    assert [fields[:3] + fields[6:11] for fields in first] == [
        ["100,00", '"S"', '"EUR"', "10000", "4400", '"0040"', "0203", '"INV-2026-0001"'],
        ["19,00", '"S"', '"EUR"', "10000", "3806", '""', "0203", '"INV-2026-0001"'],
        ["180,00", '"S"', '"EUR"', "10001", "4400", '"0040"', "0203", '"INV-2026-0002"'],
        ["119,00", '"H"', '"EUR"', "10000", "1800", '""', "2203", '"RC-2026-0001"'],
    ]
    assert [fields[13] for fields in first][2] == '"Issue invoice, Zazólc ""Ltd""; Sti"'
    assert {(fields[47], fields[113]) for fields in first} == {('"Duebook"', "0")}
    assert [fields[48].strip('"') for fields in first][:3] == [
        *[Entry.objects.get(reference="INV-2026-0001").key] * 2,
        Entry.objects.get(reference="INV-2026-0002").key,
    ]


def test_datev_takes_one_fiscal_year_a_file(billed: Any, customer: Any) -> None:
    world.issue(customer, "5.00", date(2025, 12, 30))
    with pytest.raises(Refused) as refusal:
        export(billed, "datev", LATER)

    assert "export up to 2025-12-31 first" in refusal.value.message
    assert not JournalBatch.objects.exists()
    export(billed, "datev", date(2025, 12, 31))
    assert export(billed, "datev", LATER).number == 2


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"datev_adviser": None}, "Beraternummer"),
        ({"datev_adviser": 1000}, "Beraternummer"),
        ({"datev_client": 100_000}, "Mandantennummer"),
        ({"debtors_from": 9999}, "debtor accounts are 10000 to 69999"),
        ({"debtors_from": 69_999}, "70000 is none"),
        ({"account_length": 5}, "debtor accounts are 100000 to 699999"),
    ],
)
def test_datev_refuses_what_it_could_not_read(billed: Any, settings: dict[str, Any], words: str) -> None:
    set_journal_settings(billed, settings, by=None)
    with pytest.raises(Refused, match=words):
        export(billed, "datev", LATER)
    assert not JournalDebtor.objects.exists()


def test_two_tax_codes_in_a_pair_are_refused_and_one_meets_accounts_without(billed: Any) -> None:
    map_all(billed, a2200="3", a4000="40")
    assert export(billed, "datev", LATER)

    post_made_up(billed, [[("sales", "5.00"), ("tax", "-5.00")]])
    with pytest.raises(Refused) as refusal:
        export(billed, "datev", LATER)
    assert refusal.value.code == "two_tax_codes"


@pytest.mark.parametrize("amount", ["9999999999.99", "10000000000.00"])
def test_datev_has_ten_digits_before_the_comma(company: Any, amount: str) -> None:
    ready(company)
    post_made_up(company, [[("bank", amount), ("opening", f"-{amount}")]])
    if len(amount) == 13:
        assert by_account(read_datev(content_of(export(company, "datev", LATER)))[2])["1800"] == Decimal(amount)
    else:
        with pytest.raises(Refused, match="cannot carry"):
            export(company, "datev", LATER)


def test_the_fields_of_datev_are_those_of_its_thirteenth_version() -> None:
    assert (len(datev.HEADS), len(set(datev.HEADS)), set(datev.HEADS) >= datev.TEXTS) == (125, 125, True)
    assert [datev.HEADS[place - 1] for place in (37, 48, 88, 102, 114, 118, 125)] == [
        "KOST1 - Kostenstelle",
        "Zusatzinformation - Art 1",
        "Stück",
        "Herkunft-Kz",
        "Festschreibung",
        "Generalumkehr (GU)",
        "Abw. Skontokonto",
    ]
