"""Importing customers by their number: new, changed, the same and wrong ones; dry first."""

import io
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from billing.models import Invoice
from billing.print_queue import waiting_for_print
from customers.importing import FIELDS
from customers.models import Contact, CreditHold, Customer, LimitChange
from customers.operations.import_customers import import_customers
from ledger.refusals import Refused
from office.importing import Outcome
from office.models import AuditRecord, Company, Run
from office.models.runs import LoadedFile
from office.operations.set_approval_rules import set_approval_rules
from office.reading import Mapping
from office.reading.mapping import match_headings
from office.reading.rows import read_headings
from office.reading.unpacking import unpacked
from office.work.runs import carry_out
from tests import world

pytestmark = pytest.mark.django_db

FILE = (
    "Customer no;Name;Days to pay;Credit limit;Tags;Contact;E-mail;Street;City;Country\n"
    '0010;Åsa Möbler;14;"1.500,00";trade, north;Åsa Lind;asa@moebler.example;Storgatan 1;Umeå;Sweden\n'
    "0011;Bramble GmbH;30;;;Eva Brandt;eva@bramble.example;;;DE\n"
)


def take(company: Company, content: str, **options: Any) -> Outcome:
    with unpacked(io.BytesIO(content.encode())) as table:
        mapping = match_headings(read_headings(table, Mapping({})), FIELDS)
        return import_customers(company, table, mapping, **{"by": None, **options})


def test_new_customers_come_in_with_contact_and_address(company: Company, clerk: Any) -> None:
    outcome = take(company, FILE, by=clerk)

    assert dict(outcome.counts) == {"New": 2}
    customer = Customer.objects.get(number="0010")
    assert (customer.name, customer.net_days, customer.credit_limit) == ("Åsa Möbler", 14, Decimal(1500))
    assert (customer.tags, customer.currency) == (["north", "trade"], "EUR")
    assert customer.contacts.values_list("name", "email").get() == ("Åsa Lind", "asa@moebler.example")
    assert customer.addresses.values_list("street", "city", "country").get() == ("Storgatan 1", "Umeå", "SE")
    assert AuditRecord.objects.filter(action="create_customer", by=clerk).count() == 2


def test_imp_06_the_number_keeps_its_zeros_and_10_is_another_customer(company: Company) -> None:
    take(company, FILE)
    outcome = take(company, "Customer no;Name\n10;Castell AG\n")

    assert dict(outcome.counts) == {"New": 1}
    assert set(Customer.objects.values_list("number", flat=True)) == {"0010", "0011", "10"}


def test_a_repeat_changes_nothing(company: Company) -> None:
    take(company, FILE)
    audited = AuditRecord.objects.count()

    assert dict(take(company, FILE).counts) == {"Same as before": 2}
    assert (AuditRecord.objects.count(), Contact.objects.count()) == (audited, 2)


def test_what_changed_is_updated_and_what_the_file_does_not_tell_stays(company: Company) -> None:
    take(company, FILE)
    outcome = take(company, "Customer no;Name;E-mail;Phone\n0010;Åsa Möbler AB;asa@moebler.example;+46 90 100\n")

    assert dict(outcome.counts) == {"Changed": 1}
    customer = Customer.objects.get(number="0010")
    assert (customer.name, customer.credit_limit) == ("Åsa Möbler AB", Decimal(1500))
    assert customer.contacts.values_list("email", "phone").get() == ("asa@moebler.example", "+46 90 100")
    assert AuditRecord.objects.filter(action="update_customer", reason="Import").count() == 1


def test_a_file_puts_on_hold_by_hand_and_releases_nobody(company: Company, clerk: Any) -> None:
    file = "Customer no;Name;Hold\n0010;Åsa Möbler;Court\n0011;Bramble GmbH;\n"
    assert dict(take(company, file, by=clerk).counts) == {"New": 2}
    hold = CreditHold.objects.get()
    assert (hold.customer.number, hold.cause, hold.words, hold.placed_by) == ("0010", "by_hand", "Court", clerk)

    assert dict(take(company, file).counts) == {"Same as before": 2}
    assert dict(take(company, "Customer no;Name;Hold\n0010;Åsa Möbler;\n0011;Bramble GmbH;Insolvent\n").counts) == {
        "Same as before": 1,
        "Changed": 1,
    }
    assert list(CreditHold.objects.values_list("words", "released_on")) == [("Court", None), ("Insolvent", None)]


def test_a_file_changes_limits_for_who_may_and_where_nobody_else_has_to_say_yes(
    company: Company, clerk: Any, manager: Any
) -> None:
    take(company, FILE)
    file = "Customer no;Name;Credit limit\n0010;Åsa Möbler;2000\n"
    outcome = take(company, file, by=clerk)
    assert (dict(outcome.counts), outcome.troubles[0].reason) == ({"Wrong": 1}, "may_not_change_limit")

    assert dict(take(company, file, by=manager).counts) == {"Changed": 1}
    assert list(LimitChange.objects.values_list("limit", "reason")[:1]) == [(Decimal(2000), "Import")]
    assert dict(take(company, file, by=manager).counts) == {"Same as before": 1}
    set_approval_rules(company, {"change_credit_limit": (Decimal(2500), "manager")}, by=None)
    outcome = take(company, file.replace("2000", "2501"), by=manager)
    assert (dict(outcome.counts), outcome.troubles[0].reason) == ({"Wrong": 1}, "approval_needed")
    assert Customer.objects.get(number="0010").credit_limit == 2000


def test_a_dry_run_tells_the_same_and_keeps_nothing(company: Company) -> None:
    outcome = take(company, FILE + "0012;;5;;;;;;;\n", dry_run=True)

    assert dict(outcome.counts) == {"New": 2, "Wrong": 1}
    assert outcome.first[0] == (2, "0010", "Åsa Möbler", "New")
    assert Customer.objects.count() == 0


BAD = (
    "Customer no;Name;E-mail;Country\n"
    "1;Alder;alder.example;\n"
    "2;Bramble;;Atlantis\n"
    "3;;;\n"
    "4;Castell;;\n"
    "4;Castell again;;\n"
)


def test_a_wrong_row_says_its_line_and_how_to_mend_it_and_good_ones_go_in(company: Company) -> None:
    outcome = take(company, BAD)

    assert [(trouble.line, trouble.advice) for trouble in outcome.troubles] == [
        (2, "alder.example is not an e-mail address."),
        (3, "'Atlantis' is not a country we know. Use its ISO code."),
        (4, "It is empty. Fill it in."),
        (6, "The number stands on line 5 already. Keep one of them."),
    ]
    assert list(Customer.objects.values_list("number", "name")) == [("4", "Castell")]


def test_imp_07_none_goes_in_where_all_or_none_was_chosen(company: Company) -> None:
    with pytest.raises(Refused) as refusal:
        take(company, BAD, all_or_none=True)

    assert refusal.value.code == "rows_wrong"
    assert Customer.objects.count() == 0


def test_somebody_elses_customer_is_not_changed_by_whoever_sees_only_their_own(company: Company) -> None:
    world.make_customer(company, "Elsewhere", number="0010")
    seller = world.make_user(company, "sales", only_own_customers=True)
    outcome = take(company, FILE, by=seller)

    assert dict(outcome.counts) == {"Wrong": 1, "New": 1}
    assert Customer.objects.get(number="0010").name == "Elsewhere"
    assert Customer.objects.get(number="0011").sales_owner == seller


def test_on_screen_the_dry_run_shows_the_first_rows_before_the_start(company: Company, clerk: Any, client: Any) -> None:
    client.force_login(clerk)
    file = io.BytesIO(FILE.encode())
    file.name = "customers.csv"
    client.post("/customers/import/", {"file": file, "mapping": ""})
    run = Run.objects.get()
    form = client.get(f"/customers/import/{run.pk}/").context["form"]
    client.post(f"/customers/import/{run.pk}/", {bound.name: bound.value() or "" for bound in form if bound.value()})
    list(carry_out(run.pk))
    shown = client.get(f"/office/runs/{run.pk}/").content.decode()
    digest = sha256(FILE.encode()).hexdigest()
    assert "Åsa Möbler" in shown
    assert "customers.csv, " in shown
    assert digest in shown
    assert Customer.objects.count() == 0

    client.post(f"/customers/import/{run.pk}/", {"start": "1"})
    list(carry_out(run.pk))
    assert Customer.objects.count() == 2
    kept = Run.objects.get()
    assert (kept.file, kept.input_file) == (LoadedFile("customers.csv", len(FILE.encode()), digest), None)


def test_the_import_button_is_shown_to_whoever_may_use_it(company: Company, clerk: Any, client: Any) -> None:
    client.force_login(clerk)
    assert "/customers/import/" in client.get("/customers/").content.decode()
    client.force_login(world.make_user(company, "auditor"))
    assert "/customers/import/" not in client.get("/customers/").content.decode()
    assert client.get("/customers/import/").status_code == 403


def test_a_column_says_who_gets_paper_and_the_queue_takes_what_is_issued_from_then_on(company: Company) -> None:
    head = "Customer no;Name;By post\n"
    assert dict(take(company, f"{head}1;Alba;yes\n2;Birk;no\n3;Cato;\n").counts) == {"New": 3}
    assert paper(company) == {"1": True, "2": False, "3": False}
    waiting = world.issue(Customer.objects.get(number="1"), "5.00", company.today())
    world.issue(Customer.objects.get(number="2"), "5.00", company.today())
    assert list(waiting_for_print(Invoice.objects.all())) == [waiting]

    since = Customer.objects.get(number="1").gets_paper_since
    assert dict(take(company, f"{head}1;Alba;yes\n2;Birk;yes\n").counts) == {"Same as before": 1, "Changed": 1}
    assert Customer.objects.get(number="1").gets_paper_since == since
    assert paper(company) == {"1": True, "2": True, "3": False}
    assert list(waiting_for_print(Invoice.objects.all())) == [waiting]

    take(company, "Customer no;Name\n1;Alba\n")
    assert paper(company)["1"]
    take(company, f"{head}1;Alba;no\n")
    assert not paper(company)["1"]
    assert list(waiting_for_print(Invoice.objects.all())) == []


def test_a_word_that_is_neither_yes_nor_no_is_the_rows_trouble(company: Company) -> None:
    outcome = take(company, "Customer no;Name;Gets paper\n1;Alba;perhaps\n2;Birk;yes\n")
    assert [(trouble.line, trouble.column) for trouble in outcome.troubles] == [(2, "Gets paper")]
    assert paper(company) == {"2": True}


def paper(company: Company) -> dict[str, bool]:
    """Who gets paper, by number."""
    return {customer.number: customer.gets_paper for customer in company.customers.all()}


def test_a_parent_and_the_choice_of_statements_come_in_by_number(company: Company) -> None:
    head = "Customer no;Name;Belongs to;Statement;Statement as Excel;Statement over subsidiaries\n"
    rows = "1;Compass plc;;open_item;no;instead\n2;North;1;balance_forward;yes;none\n3;South;9;none;no;none\n"
    outcome = take(company, head + rows)

    assert dict(outcome.counts) == {"New": 2, "Wrong": 1}
    north = Customer.objects.get(number="2")
    assert (north.parent.number, north.statement_form, north.statement_excel) == ("1", "balance_forward", True)
    assert Customer.objects.get(number="1").group_statement == "instead"
    assert "There is no customer '9' to be the parent" in outcome.troubles[0].advice


LONG_CELLS = {
    "Customer no": ("9" * 31, 30),
    "Name": ("x" * 201, 200),
    "Contact": ("c" * 101, 100),
    "Phone": ("1" * 41, 40),
    "Street": ("s" * 201, 200),
    "City": ("c" * 101, 100),
    "Tax id": ("t" * 41, 40),
}


@pytest.mark.parametrize("heading", LONG_CELLS)
def test_a_cell_longer_than_is_kept_is_its_rows_trouble(company: Company, heading: str) -> None:
    heads = ["Customer no", "Name", "Contact", "Phone", "Street", "City", "Tax id"]
    good = ["0010", "Good", "Eva", "1", "s", "c", "t"]
    text, longest = LONG_CELLS[heading]
    bad = [text if head == heading else cell for head, cell in zip(heads, ["0011", *good[1:]], strict=True)]

    outcome = take(company, "\n".join(";".join(cells) for cells in (heads, bad, good)) + "\n")

    assert dict(outcome.counts) == {"Wrong": 1, "New": 1}
    trouble = outcome.troubles[0]
    assert (trouble.line, trouble.reason) == (2, "text_too_long")
    assert f"it has {len(text)} characters, and at most {longest} are kept" in trouble.advice


def many(first: int, last: int) -> str:
    rows = (
        f"N{number};Firm {'abcdefghij'[number % 10] * 4}{number};a{number}@n.example\n" for number in range(first, last)
    )
    return "Number;Name;E-mail\n" + "".join(rows)


def test_among_many_new_ones_who_looks_like_somebody_is_told_alone(company: Company, clerk: Any) -> None:
    take(company, FILE, by=clerk)
    outcome = take(
        company,
        "Number;Name;Tax id;E-mail\nA;Bramble Ltd;;\nB;Quite New;;new@other.example\nC;Other;;ASA@moebler.example\n"
        "D;Alike;DE136695976;\nE;Not alike;DE 136 695 976;\nF;Castell;;\n",
        by=clerk,
    )

    assert [row[3] for row in outcome.first] == ["Wrong", "New", "Wrong", "New", "Wrong", "New"]
    assert {trouble.line: trouble.reason for trouble in outcome.troubles} == dict.fromkeys((2, 4, 6), "maybe_known")
    assert set(Customer.objects.values_list("number", flat=True)) == {"0010", "0011", "B", "D", "F"}


@pytest.mark.parametrize("is_again", [False, True])
def test_many_rows_take_as_many_queries_as_few(company: Company, clerk: Any, is_again: bool) -> None:
    counts = []
    for first, last in ((10, 12), (20, 60)):
        if is_again:
            take(company, many(first, last), by=clerk)
        with CaptureQueriesContext(connection) as queries:
            outcome = take(company, many(first, last), by=clerk)
        assert dict(outcome.counts) == {"Same as before" if is_again else "New": last - first}
        counts.append(len(queries))
    assert counts[0] == counts[1]
