from datetime import date

import pytest

from customers.models import Customer
from office.models import AuditRecord
from tests import world
from tests.api.calling import Program, refused

DAY = date(2026, 3, 1)


def test_a_customer_is_added_with_people_and_addresses(program, clerk):
    answer = program.post(
        "customers/",
        {
            "name": "Dogwood & Söhne",
            "tax_id": "DE123",
            "credit_limit": "5000.00",
            "tags": ["wholesale"],
            "sales_owner_id": clerk.pk,
            "contacts": [{"name": "Ida", "email": "ida@dogwood.example", "gets_reminders": False}],
            "addresses": [{"street": "Weg 1", "postal_code": "10115", "city": "Berlin", "country": "DE"}],
        },
    )

    assert answer.status_code == 201
    shown = answer.json()
    assert [shown[name] for name in ("number", "currency", "net_days", "credit_limit", "balance", "version")] == [
        "C00001",
        "EUR",
        30,
        "5000.00",
        "0.00",
        1,
    ]
    assert shown["contacts"][0] | {"id": 0} == {
        "id": 0,
        "name": "Ida",
        "email": "ida@dogwood.example",
        "phone": "",
        "gets_invoices": True,
        "gets_statements": True,
        "gets_reminders": False,
        "is_active": True,
        "bounce": None,
    }
    assert shown["addresses"][0]["kind"] == "billing"
    assert program.get(f"customers/{shown['id']}/").json() == shown
    assert AuditRecord.objects.get(action="create_customer").by == clerk


def test_a_customer_is_changed_by_who_read_its_last_version(program, customer):
    change = {"name": "Bramble AG", "version": 1}

    changed = program.put(f"customers/{customer.pk}/", change).json()
    late = program.put(f"customers/{customer.pk}/", change)

    assert [changed[name] for name in ("name", "number", "version")] == ["Bramble AG", customer.number, 2]
    assert [contact["name"] for contact in changed["contacts"]] == ["Eva Brandt"]
    assert refused(late) == (409, "stale")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"currency": "XXY"}, "bad_currency"),
        ({"credit_limit": "-1.00"}, "bad_credit_limit"),
        ({"number": "C-7"}, "number_taken"),
        ({"sales_owner_id": 999}, "unknown_owner"),
        ({"addresses": [{"city": "Bonn"}, {"city": "Trier"}]}, "several_billing_addresses"),
    ],
)
def test_a_customer_that_cannot_be_is_refused_with_its_code(program, company, change, code):
    world.make_customer(company, number="C-7")

    assert refused(program.post("customers/", {"name": "Elm"} | change)) == (409, code)
    assert Customer.objects.count() == 1


def test_a_contact_of_another_customer_is_not_taken_over(program, company, customer):
    contact = world.make_customer(company, "Cedar SA").contacts.get()
    change = {"name": "Bramble", "version": 1, "contacts": [{"id": contact.pk, "name": "Mine"}]}

    assert refused(program.put(f"customers/{customer.pk}/", change)) == (409, "unknown_contact")
    contact.refresh_from_db()
    assert contact.name == "Eva Brandt"


def test_wrong_input_is_named_by_field(program):
    answer = program.post("customers/", {"contacts": [{"name": "Ida", "email": "ida"}]})

    assert refused(answer) == (400, "invalid_input")
    assert answer.json()["errors"] == {
        "name": ["This field is required."],
        "contacts": {"0": {"email": ["Enter a valid email address."]}},
    }


def test_the_list_shows_what_each_owes_and_finds_by_words_and_tag(program, company, customer):
    other = world.make_customer(company, "Cédar SA", tags=["export"])
    world.issue(customer, "100.00", DAY)
    world.receive(customer, "30.00", DAY)

    rows = program.get("customers/").json()["results"]

    assert [(row["id"], row["balance"], row["overdue"], row["oldest_due"]) for row in rows] == [
        (customer.pk, "70.00", "100.00", "2026-03-31"),
        (other.pk, "0.00", "0.00", None),
    ]
    assert [row["id"] for row in program.get("customers/", q="cedar").json()["results"]] == [other.pk]
    assert [row["id"] for row in program.get("customers/", tag="export").json()["results"]] == [other.pk]


def test_open_items_stand_as_of_any_day(program, customer):
    invoice = world.issue(customer, "100.00", DAY)
    receipt = world.receive(customer, "60.00", date(2026, 3, 10))
    world.apply(receipt, invoice, "40.00", date(2026, 3, 11))

    def items(on):
        answer = program.get(f"customers/{customer.pk}/open-items/", on=on).json()
        return [(item["reference"], item["open"]) for item in answer["results"]], answer["totals"]

    assert items("2026-02-28") == ([], [])
    assert items("2026-03-10") == (
        [(receipt.number, "-60.00"), (invoice.number, "100.00")],
        [{"currency": "EUR", "owed": "40.00"}],
    )
    assert items("2026-03-11") == (
        [(receipt.number, "-20.00"), (invoice.number, "60.00")],
        [{"currency": "EUR", "owed": "40.00"}],
    )


def test_another_companys_customer_is_not_found(stranger, customer):
    assert refused(stranger.get(f"customers/{customer.pk}/")) == (404, "not_found")
    assert refused(stranger.put(f"customers/{customer.pk}/", {"name": "Mine", "version": 1})) == (404, "not_found")
    assert stranger.get("customers/").json()["results"] == []


def test_who_may_only_read_changes_nothing(auditor, customer):
    assert auditor.get("customers/").status_code == 200
    assert refused(auditor.post("customers/", {"name": "Elm"})) == (403, "permission_denied")
    assert refused(auditor.put(f"customers/{customer.pk}/", {"name": "Elm", "version": 1})) == (
        403,
        "permission_denied",
    )


def test_a_caller_of_two_companies_says_which(company, customer):
    second = world.make_company("USD", legal_name="Birch Inc")
    user = world.make_user(company)
    user.companies.add(second)
    world.make_customer(second, "Dogwood")
    program = Program(user)

    def names(**query):
        return [row["name"] for row in program.get("customers/", **query).json()["results"]]

    assert names() == ["Bramble GmbH"]
    assert names(company=second.pk) == ["Dogwood"]
    program.headers["Company"] = str(second.pk)
    assert names() == ["Dogwood"]
    assert program.post("customers/", {"name": "Elm"}).json()["currency"] == "USD"


def test_another_company_than_ones_own_is_not_found(program, stranger):
    other = stranger.get("companies/").json()["results"][0]["id"]

    assert refused(program.get("customers/", company=other)) == (404, "not_found")
    assert refused(program.get("taxes/", company=other)) == (404, "not_found")


def test_who_works_for_no_company_sees_none(clerk, program):
    clerk.companies.clear()

    assert program.get("companies/").json() == {"results": []}
    assert refused(program.get("customers/")) == (403, "permission_denied")


def test_companies_and_taxes_are_read(program, company):
    world.make_tax(company, "19")

    [shown] = program.get("companies/").json()["results"]
    assert [shown[name] for name in ("id", "legal_name", "currency")] == [company.pk, "Alder Ltd", "EUR"]
    [tax] = program.get("taxes/").json()["results"]
    assert (tax["name"], tax["is_active"], [rate["percent"] for rate in tax["rates"]]) == ("VAT 19%", True, ["19"])
