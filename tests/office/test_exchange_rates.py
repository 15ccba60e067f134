"""Exchange rates: typed, read from files, and taken by papers that name none."""

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import given
from hypothesis import strategies as some

from ledger.refusals import Refused
from office.models import AuditRecord, ExchangeRate
from office.operations.set_exchange_rates import set_exchange_rate, take_rates
from office.rates.exchange import exchange_rate_of, kept_rate
from office.rates.files import read_rates
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
ECB = b"""<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
  xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref"><Cube>
<Cube time='2026-03-02'><Cube currency='USD' rate='1.25'/><Cube currency='GBP' rate='0.80'/></Cube>
<Cube time='2026-02-27'><Cube currency='USD' rate='1.2'/><Cube currency='GBP' rate='0.75'/></Cube>
</Cube></gesmes:Envelope>"""
ECB_CSV = b"Date, USD, JPY, GBP, \n02 March 2026, 1.25, 160, 0.80, \n27 February 2026, 1.2, N/A, 0.75, \n"


def told(content: bytes, own: str = "EUR") -> list[tuple[str, str, Decimal]]:
    return [(str(each.on), each.currency, round(each.rate, 6)) for each in read_rates(content, own)]


def refusal_of(act: Any) -> tuple[str, str]:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code, refusal.value.message


def test_the_central_banks_file_is_turned_into_ones_own_currency() -> None:
    assert told(ECB) == [
        ("2026-03-02", "USD", Decimal("0.8")),
        ("2026-03-02", "GBP", Decimal("1.25")),
        ("2026-02-27", "USD", Decimal("0.833333")),
        ("2026-02-27", "GBP", Decimal("1.333333")),
    ]
    assert told(ECB, "GBP")[:2] == [("2026-03-02", "EUR", Decimal("0.8")), ("2026-03-02", "USD", Decimal("0.64"))]


def test_its_table_and_its_zip_say_the_same() -> None:
    packed = BytesIO()
    with ZipFile(packed, "w") as archive:
        archive.writestr("eurofxref.csv", ECB_CSV)
    assert told(packed.getvalue()) == told(ECB_CSV)
    assert ("2026-03-02", "JPY", Decimal("0.00625")) in told(ECB_CSV)
    assert ("2026-02-27", "JPY") not in {each[:2] for each in told(ECB_CSV)}


def test_a_table_of_ones_own_is_taken_as_it_says() -> None:
    assert told(b"date;currency;rate\n31.03.2026;usd;0.9\n\n2026-04-01;GBP;1.15\n") == [
        ("2026-03-31", "USD", Decimal("0.9")),
        ("2026-04-01", "GBP", Decimal("1.15")),
    ]


@pytest.mark.parametrize(
    ("content", "code", "place"),
    [
        (b"hello", "no_rates_file", ""),
        (b"\xff\xfe\x00", "no_rates_file", ""),
        (b"PK\x03\x04broken", "no_rates_file", ""),
        (b"<a", "rates_not_xml", ""),
        (b"<!DOCTYPE a><a/>", "rates_has_doctype", ""),
        (b"date,currency,rate\n2026-03-02,XYZ,1\n", "bad_currency", "line 2"),
        (b"date,currency,rate\n2026-03-02,USD,1\n02/03,USD,1\n", "bad_date", "line 3"),
        (b"date,currency,rate\n2026-03-02,USD,zero\n", "bad_exchange_rate", "line 2"),
        (b"date,currency,rate\n2026-03-02,USD,-1\n", "bad_exchange_rate", "line 2"),
        (b"date,currency,rate\n2026-03-02,USD,NaN\n", "bad_exchange_rate", "line 2"),
        (ECB.replace(b"'1.25'", b"'x'"), "bad_exchange_rate", "line 4"),
    ],
)
def test_a_file_that_is_broken_is_refused_with_its_place(content: bytes, code: str, place: str) -> None:
    found, message = refusal_of(lambda: read_rates(content, "EUR"))
    assert (found, place in message) == (code, True)


def test_a_file_without_ones_own_currency_is_refused() -> None:
    assert refusal_of(lambda: read_rates(ECB, "CHF"))[0] == "no_own_rate"


@given(some.binary(max_size=300))
def test_no_bytes_bring_the_reader_down(content: bytes) -> None:
    with suppress(Refused):
        assert read_rates(content, "EUR") is not None


def test_a_file_is_kept_whole_and_again_brings_nothing(company: Any, clerk: Any) -> None:
    assert take_rates(company, "eurofxref-hist.xml", ECB, by=clerk) == 4
    assert take_rates(company, "eurofxref-hist.xml", ECB, by=clerk) == 0
    assert take_rates(company, "corrected.xml", ECB.replace(b"1.25", b"1.26"), by=clerk) == 1
    assert ExchangeRate.objects.count() == 4
    assert AuditRecord.objects.filter(action="take_rates").count() == 3


def test_a_file_with_a_day_ahead_or_with_nothing_keeps_nothing(company: Any) -> None:
    ahead = company.today() + timedelta(days=1)
    content = f"date,currency,rate\n2026-03-02,USD,0.9\n{ahead},USD,0.9\n".encode()
    assert refusal_of(lambda: take_rates(company, "r.csv", content, by=None))[0] == "date_in_future"
    assert refusal_of(lambda: take_rates(company, "r.csv", b"date,currency,rate\n", by=None))[0] == "no_rates"
    own = b"date,currency,rate\n2026-03-02,EUR,1\n"
    assert refusal_of(lambda: take_rates(company, "r.csv", own, by=None))[0] == "bad_exchange_rate"
    assert not ExchangeRate.objects.exists()


def test_a_rate_serves_from_its_day_on_until_it_is_stale(company: Any) -> None:
    set_exchange_rate(company, "USD", DAY, Decimal("0.9"), by=None)
    assert kept_rate(company, "USD", DAY - timedelta(days=1)) is None
    assert kept_rate(company, "USD", DAY) == kept_rate(company, "USD", DAY + timedelta(days=10)) == Decimal("0.9")
    assert kept_rate(company, "USD", DAY + timedelta(days=11)) is None
    assert exchange_rate_of(company, "USD", Decimal(2), DAY) == 2
    assert exchange_rate_of(company, "EUR", None, DAY) == 1
    assert refusal_of(lambda: exchange_rate_of(company, "GBP", None, DAY))[0] == "no_exchange_rate"


@pytest.mark.parametrize(
    ("currency", "rate", "code"),
    [("EUR", "1", "bad_exchange_rate"), ("XYZ", "1", "bad_currency"), ("USD", "0", "bad_exchange_rate")],
)
def test_what_is_no_rate_is_refused(company: Any, currency: str, rate: str, code: str) -> None:
    assert refusal_of(lambda: set_exchange_rate(company, currency, DAY, Decimal(rate), by=None))[0] == code


def test_papers_in_foreign_currency_take_the_rate_of_their_day_and_keep_it(company: Any, customer: Any) -> None:
    set_exchange_rate(company, "USD", DAY, Decimal("0.9"), by=None)
    invoice = world.issue(customer, "100.00", DAY, currency="USD")
    receipt = world.receive(customer, "100.00", DAY + timedelta(days=1), currency="USD")
    set_exchange_rate(company, "USD", DAY, Decimal("0.5"), by=None)

    invoice.refresh_from_db()
    assert (invoice.exchange_rate, receipt.exchange_rate) == (Decimal("0.9"), Decimal("0.9"))
    assert world.item_of(invoice).company_amount == 90


def test_on_screen_and_by_program(company: Any, client: Any) -> None:
    manager = world.make_user(company, "manager")
    client.force_login(manager)
    page = client.post(
        "/settings/rates/set/", {"currency": "usd", "on": "2026-03-02", "rate": "0.9"}, follow=True
    ).content.decode()
    assert "Kept: USD on 2026-03-02: 0.9." in page
    file = SimpleUploadedFile("ecb.xml", ECB)
    page = client.post("/settings/rates/take/", {"file": file}, follow=True).content.decode()
    assert "4 rates of ecb.xml are new or changed." in page
    page = client.post("/settings/rates/take/", {}, follow=True).content.decode()
    assert "Choose a file" in page

    program = Program(manager)
    assert len(program.get("exchange-rates/").json()["results"]) == 4
    kept = program.post("exchange-rates/", {"currency": "CHF", "on": "2026-03-02", "rate": "1.05"}).json()
    assert kept["rate"] == "1.05"
    assert refused(program.post("exchange-rate-files/", {"name": "x", "content": "aGVsbG8="}))[1] == "no_rates_file"


def test_others_keep_no_rates(company: Any, client: Any) -> None:
    client.force_login(world.make_user(company, "clerk"))
    assert client.get("/settings/rates/").status_code == 403
    assert client.post("/settings/rates/set/", {}).status_code == 403


def test_odd_days_and_rates_are_refused_in_words(company: Any) -> None:
    assert kept_rate(company, "USD", date(1, 1, 5)) is None
    tiny = ECB.replace(b"'1.25'", b"'0.000000000000000000000000000001'")
    assert refusal_of(lambda: take_rates(company, "x.xml", tiny, by=None))[0] == "bad_exchange_rate"
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        archive.writestr("eurofxref.csv", ECB_CSV * 50)
    broken = bytearray(packed.getvalue())
    broken[60:90] = bytes(30)
    assert refusal_of(lambda: read_rates(bytes(broken), "EUR"))[0] == "no_rates_file"
