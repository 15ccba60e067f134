"""How numbers are written: every pattern that could give one number twice is refused."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from billing.models import Invoice
from ledger.refusals import Refused
from office.models import AuditRecord
from office.numbers.patterns import checked_pattern, number_of
from office.numbers.series import coming_numbers, patterns_of
from office.operations.set_number_patterns import kind_words, set_number_patterns
from tests import world
from tests.api.calling import Program, refused

pytestmark = pytest.mark.django_db
GOOD = {
    "INV-{year}-{number:05}": "INV-2026-00042",
    "{year}{number:06d}": "2026000042",
    "{number}/{year}": "42/2026",
    " A.{year}_{number} B ": "A.2026_42 B",
}
BAD = {
    "INV-{year}": "no_number",
    "{year}-{number}-{number}": "no_number",
    "INV-{number}": "no_year",
    "{year}{year}-{number}": "too_many_years",
    "{year}-1{number}": "number_unclear",
    "{year}-{number}0": "number_unclear",
    "{number}{year}": "number_unclear",
    "{year}-{number}-{kind}": "bad_sign",
    "{year}-{number}-{0.__class__}": "bad_sign",
    "{year!r}-{number}": "no_year",
    "{year}-{number:x}": "no_number",
    "Ré-{year}-{number}": "bad_sign",
    "=1+1{year}-{number}": "bad_sign",
    "{year}-{number:099}": "too_long",
    "INVOICES-OF-ALDER-LIMITED-{year}-{number}": "too_long",
}


@pytest.mark.parametrize(("pattern", "number"), GOOD.items())
def test_a_pattern_from_which_the_counter_can_be_read_is_taken(pattern: str, number: str) -> None:
    assert number_of(checked_pattern(pattern, is_yearly=True), 2026, 42) == number


def test_kinds_are_called_by_their_plural() -> None:
    names = [kind_words(kind) for kind in ("invoice", "receipt_batch", "write_off")]
    assert names == ["Invoices", "Receipt batches", "Write-offs"]


@pytest.mark.parametrize(("pattern", "code"), BAD.items())
def test_any_other_is_refused(company: Any, pattern: str, code: str) -> None:
    before = patterns_of(company)
    with pytest.raises(Refused) as refusal:
        set_number_patterns(company, {"receipt": "R{year}/{number}", "invoice": pattern}, by=None)
    assert (refusal.value.code, patterns_of(company)) == (code, before)


def test_numbers_that_run_on_name_no_year(company: Any) -> None:
    with pytest.raises(Refused) as refusal:
        set_number_patterns(company, {"customer": "{year}-{number}"}, by=None)
    assert refusal.value.code == "too_many_years"
    set_number_patterns(company, {"customer": "K-{number:03}"}, by=None)
    assert world.make_customer(company).number == "K-001"


def test_the_next_number_is_written_the_new_way_and_the_count_goes_on(company: Any, customer: Any, clerk: Any) -> None:
    day = company.today()
    first = world.issue(customer, "1.00", day)
    set_number_patterns(company, {"invoice": "{year}/{number:06}"}, by=clerk)
    assert coming_numbers(company, day.year)["invoice"] == f"{day.year}/000002"

    second = world.issue(customer, "2.00", day)
    assert (first.number, second.number) == (f"INV-{day.year}-0001", f"{day.year}/000002")
    assert (second.sequence, second.previous_hash) == (2, first.hash)
    change = AuditRecord.objects.get(action="set_number_patterns", by=clerk)
    assert change.after == {"invoice": "{year}/{number:06}"}


def test_a_past_year_keeps_its_pattern_and_a_new_one_begins_with_the_new(company: Any, customer: Any) -> None:
    last_year = date(company.today().year - 1, 12, 30)
    world.issue(customer, "1.00", last_year)
    set_number_patterns(company, {"invoice": "N{number}/{year}"}, by=None)
    assert world.issue(customer, "1.00", last_year).number == f"INV-{last_year.year}-0002"
    assert world.issue(customer, "1.00", company.today()).number == f"N1/{company.today().year}"


def test_the_database_lets_no_two_documents_have_one_number(company: Any, customer: Any) -> None:
    issued = world.issue(customer, "1.00", company.today())
    draft = world.draft(customer, "1.00")
    with pytest.raises(IntegrityError, match="invoice_number_once_per_company"), transaction.atomic():
        Invoice.objects.filter(pk=draft.pk).update(
            number=issued.number,
            status="issued",
            sequence=9,
            hash="x",
            dated_on=issued.dated_on,
            due_on=issued.due_on,
            total=0,
            net=0,
        )


def test_an_administrator_sets_them_on_screen_and_sees_why_one_is_refused(company: Any) -> None:
    browser = Client()
    browser.force_login(world.make_user(company, "administrator"))
    address, typed = reverse("office:number_patterns"), patterns_of(company)
    answer = browser.post(address, typed | {"invoice": "INV-{number}"})
    assert "Invoices: These numbers begin anew each year, so the pattern needs {year}." in answer.content.decode()
    assert browser.post(address, typed | {"invoice": "R-{year}-{number:05}"}).status_code == 302
    assert f"The next one: R-{company.today().year}-00001" in browser.get(address).content.decode()


def test_programs_set_them_where_they_may(company: Any) -> None:
    administrator, clerk = (Program(world.make_user(company, role)) for role in ("administrator", "clerk"))
    year = company.today().year
    answer = administrator.put("number-patterns/", {"patterns": {"invoice": "R{year}-{number}"}}).json()
    assert (answer["patterns"]["invoice"], answer["next"]["invoice"]) == ("R{year}-{number}", f"R{year}-1")
    assert refused(administrator.put("number-patterns/", {"patterns": {"invoice": "R"}})) == (409, "no_number")
    assert refused(administrator.put("number-patterns/", {"patterns": {"cheque": "R"}})) == (409, "unknown_kind")
    assert clerk.put("number-patterns/", {"patterns": {}}).status_code == 403
    assert clerk.get("number-patterns/").json()["next"]["invoice"] == f"R{year}-1"


def test_what_is_typed_shows_the_next_number_or_what_is_wrong_and_keeps_nothing(company: Any, customer: Any) -> None:
    world.issue(customer, "1.00", company.today())
    browser = Client()
    browser.force_login(world.make_user(company, "administrator"))
    typed = patterns_of(company) | {
        "invoice": " R/{year}/{number:06} ",
        "receipt": "RC-{number}",
        "customer": "K{number",
    }
    shown = browser.post(reverse("office:numbers_as_typed"), typed).content.decode()
    year = company.today().year
    assert f'id="id_invoice_helptext" hx-swap-oob="true">The next one: R/{year}/000002</div>' in shown
    assert f"The next one: CM-{year}-0001</div>" in shown
    assert "Receipts: These numbers begin anew each year, so the pattern needs {year}.</div>" in shown
    assert '<div class="field-error" id="id_customer_helptext"' in shown
    assert "Customers: A pattern has {number} once" in shown
    assert patterns_of(company)["invoice"] == "INV-{year}-{number:04}"
    browser.force_login(world.make_user(company, "manager"))
    assert browser.post(reverse("office:numbers_as_typed"), typed).status_code == 403
