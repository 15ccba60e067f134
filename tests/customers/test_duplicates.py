"""Customers who may be one and the same: on entry, over the whole company, and said to be two."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.duplicates import Asked, count_certain, find_alike, pairs_of
from customers.models import Customer, NotTheSame
from customers.names import near_name, plain_name, plain_tax_id
from customers.operations.create_customer import create_customer
from customers.operations.details import AddressDetails, ContactDetails, CustomerDetails, details_of
from customers.operations.tell_apart import MaybeKnown, dismiss_duplicate
from customers.operations.update_customer import update_customer
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world
from tests.api.calling import Program, refused
from tests.customers.accounts import IBAN, confirmed, iban_account
from tests.customers.test_import_customers import take

pytestmark = pytest.mark.django_db

BERLIN = AddressDetails(street="Ring 1", postal_code="10115", city="Berlin", country="DE")
EVA = [ContactDetails("Eva", "Eva@Bramble.example")]


def known(company: Any, name: str = "Bramble GmbH", **details: Any) -> Customer:
    values: dict[str, Any] = {"tax_id": "DE 136 695 976", "addresses": [BERLIN], "contacts": EVA}
    return create_customer(company, CustomerDetails(name, **values | details), by=None)


@pytest.mark.parametrize(
    ("name", "plain", "near"),
    [
        ("Müller & Söhne Holz GmbH", "holz muller sohne", "hls mlr sn"),
        ("Mueller Soehne Holtz KG", "holtz mueller soehne", "hls mlr sn"),
        ("The Brambel Co. Ltd.", "brambel", "brmbl"),
        ("Depot 12", "12 depot", "12 dpt"),
        ("Depot 21", "21 depot", "21 dpt"),
        ("GmbH", "gmbh", "gmb"),
        ("…", "", ""),
    ],
)
def test_a_name_is_told_without_what_people_leave_out(name: str, plain: str, near: str) -> None:
    assert (plain_name(name), near_name(name)) == (plain, near)


def test_a_tax_id_is_told_by_its_letters_and_digits() -> None:
    assert plain_tax_id("de 136.695-976_ ") == "DE136695976"


@pytest.mark.parametrize(
    ("asked", "hit"),
    [
        (Asked(tax_id="de136695976"), ("certain", "Same tax id DE136695976")),
        (Asked("bramble gmbh", postal_code="101 15"), ("certain", "Same name, same post code")),
        (Asked("Bramble AG", postal_code="10115"), ("certain", "Same name but for the legal form, same post code")),
        (Asked("Bramble AG", city="BERLIN "), ("likely", "Same name but for the legal form, same town")),
        (Asked("Bramble AG", city="Bonn"), ("likely", "Same name but for the legal form")),
        (Asked("Brambel", postal_code="10115"), ("likely", "Nearly the same name, same post code")),
        (Asked("Brambel", city="Berlin"), ("likely", "Nearly the same name, same town")),
        (Asked(emails=["eva@bramble.EXAMPLE"]), ("likely", "Same e-mail address eva@bramble.example")),
        (
            Asked("Bramble", "DE136695976", ["eva@bramble.example"], "10115"),
            (
                "certain",
                "Same tax id DE136695976, same name but for the legal form, same post code, "
                "same e-mail address eva@bramble.example",
            ),
        ),
        (Asked("Brambel", city="Bonn"), None),
        (Asked("Thorn", "DE1", ["e@x.example"], "10115", "Berlin"), None),
        (Asked(), None),
    ],
)
def test_who_may_be_the_same_is_found_with_the_reason(company: Any, asked: Asked, hit: tuple[str, str] | None) -> None:
    customer = known(company)
    known(world.make_company(legal_name="Other"))

    found = [(each.customer, each.strength, each.words) for each in find_alike(company, asked)]
    assert found == ([(customer, *hit)] if hit else [])


def test_whoever_looks_like_a_customer_is_added_once_it_is_said_that_they_are_another(company: Any, clerk: Any) -> None:
    first = known(company)
    details = CustomerDetails("Bramble AG", contacts=EVA)
    with pytest.raises(MaybeKnown) as refusal:
        create_customer(company, details, by=clerk)

    assert (refusal.value.code, Customer.objects.count()) == ("maybe_known", 1)
    assert refusal.value.message == (
        "This may be a customer you have: C00001 Bramble GmbH (same name but for the legal form, same e-mail address "
        "eva@bramble.example). Use that one, or say that it is another customer."
    )
    second = create_customer(company, details, by=clerk, is_another=True)
    row = NotTheSame.objects.get()
    assert (row.first, row.second, row.said_by) == (first, second, clerk)
    assert row.facts == ["email:eva@bramble.example", "name:bramble"]
    assert pairs_of(company, clerk, most=9) == []
    told = AuditRecord.objects.filter(action="dismiss_duplicate").order_by("id")
    assert [(each.subject_id, each.after) for each in told] == [
        (first.pk, {"not_the_same_as": "C00002 Bramble AG"}),
        (second.pk, {"not_the_same_as": "C00001 Bramble GmbH"}),
    ]


def test_a_change_is_held_against_others_by_name_and_tax_id_alone(company: Any, clerk: Any) -> None:
    first = known(company)
    second = known(company, "Thorn", tax_id="", contacts=EVA)
    update_customer(second.pk, details_of(second), version=1, by=clerk)
    for change in ({"tax_id": "DE136695976"}, {"name": "Bramble KG"}):
        with pytest.raises(MaybeKnown):
            update_customer(second.pk, CustomerDetails(**{"name": "Thorn"} | change), version=2, by=clerk)

    second.refresh_from_db()
    assert (second.version, second.name, second.tax_id) == (2, "Thorn", "")
    update_customer(second.pk, CustomerDetails("Bramble KG"), version=2, by=clerk, is_another=True)
    update_customer(second.pk, CustomerDetails("Bramble AG"), version=3, by=clerk)
    assert NotTheSame.objects.get().first == first
    with pytest.raises(MaybeKnown):  # one thing more that they have alike
        update_customer(second.pk, CustomerDetails("Bramble AG", tax_id="DE136695976"), version=4, by=clerk)


def test_the_pairs_of_a_company_are_told_the_surest_first(company: Any, clerk: Any) -> None:
    one, two = known(company), known(company, "Bramble AG", tax_id="", contacts=[])
    three = known(company, "Thorn", tax_id="", addresses=[])
    confirmed(two, iban_account()), confirmed(three, iban_account())
    known(world.make_company(legal_name="Other"))

    found = [(each.first, each.second, each.strength, each.words) for each in pairs_of(company, clerk, most=9)]
    assert found == [
        (one, two, "certain", "Same name but for the legal form, same post code"),
        (two, three, "certain", "Same bank account"),
        (one, three, "likely", "Same e-mail address eva@bramble.example"),
    ]
    assert count_certain(company, clerk) == 2
    pages = pairs_of(company, clerk, most=2), pairs_of(company, clerk, after=(1, two.pk, three.pk), most=2)
    assert [len(page) for page in pages] == [2, 1]
    assert [each.second for each in pairs_of(company, clerk, search="thorn", most=9)] == [three, three]
    assert pairs_of(company, clerk, search="th_rn", most=9) == []


def test_what_more_than_twenty_share_says_nothing(company: Any, clerk: Any) -> None:
    for number in range(20):
        known(company, f"Name{chr(97 + number)}x", tax_id="", addresses=[])
    assert len(pairs_of(company, clerk, most=200)) == 190
    known(company, "Last", tax_id="", addresses=[])
    assert pairs_of(company, clerk, most=9) == []


def test_who_is_said_to_be_another_comes_up_again_with_something_more(company: Any, clerk: Any) -> None:
    one, two = known(company), known(company, "Thorn", tax_id="", addresses=[])
    with pytest.raises(Refused) as refusal:
        dismiss_duplicate(two.pk, one.pk, reason=" ", by=clerk)
    assert refusal.value.code == "reason_missing"
    dismiss_duplicate(two.pk, one.pk, reason="Two firms, one bookkeeper", by=clerk)

    assert pairs_of(company, clerk, most=9) == []
    with pytest.raises(Refused) as refusal:
        dismiss_duplicate(one.pk, two.pk, reason="Again", by=clerk)
    assert refusal.value.code == "no_duplicate"
    confirmed(one, iban_account()), confirmed(two, iban_account())
    assert [each.words for each in pairs_of(company, clerk, most=9)] == [
        "Same bank account, same e-mail address eva@bramble.example"
    ]
    row = dismiss_duplicate(one.pk, two.pk, reason="One owner", by=clerk)
    assert (NotTheSame.objects.count(), row.reason, len(row.facts)) == (1, "One owner", 2)


def test_somebody_elses_customer_is_told_of_without_a_name(company: Any) -> None:
    seller = world.make_user(company, "sales", only_own_customers=True)
    known(company)
    answer = Program(seller).post("customers/", {"name": "Bramble"})

    assert refused(answer) == (409, "maybe_known")
    assert answer.json()["hits"] == [
        {
            "customer_id": None,
            "name": "a customer of somebody else",
            "strength": "likely",
            "words": "Same name but for the legal form",
        }
    ]
    assert pairs_of(company, seller, most=9) == []


def test_programs_are_refused_and_told_whom_it_may_be(company: Any, clerk: Any) -> None:
    customer, program = known(company), Program(clerk)
    answer = program.post("customers/", {"name": "Thorn", "tax_id": "DE136695976"})
    assert refused(answer) == (409, "maybe_known")
    assert answer.json()["hits"] == [
        {
            "customer_id": customer.pk,
            "name": "C00001 Bramble GmbH",
            "strength": "certain",
            "words": "Same tax id DE136695976",
        }
    ]
    wanted = {"name": "Thorn", "tax_id": "DE136695976"}
    made = program.post("customers/", wanted | {"is_another_customer": True}).json()
    assert made["name"] == "Thorn"
    change = {"name": "Bramble", "tax_id": "DE136695976", "version": 1}
    assert refused(program.put(f"customers/{made['id']}/", change)) == (409, "maybe_known")
    assert program.put(f"customers/{made['id']}/", change | {"is_another_customer": True}).json()["name"] == "Bramble"


def test_programs_read_the_pairs_and_say_that_two_are_two(company: Any, clerk: Any) -> None:
    one, two, three = known(company), known(company, "Bramble AG"), known(company, "Thorn", tax_id="", addresses=[])
    program = Program(clerk)
    page = program.get("customers/duplicates/", limit=2).json()
    assert [(row["first"]["id"], row["second"]["id"], row["strength"]) for row in page["results"]] == [
        (one.pk, two.pk, "certain"),
        (one.pk, three.pk, "likely"),
    ]
    rest = program.get("customers/duplicates/", limit=2, cursor=page["next"]).json()
    assert ([row["first"]["id"] for row in rest["results"]], rest["next"]) == ([two.pk], None)
    assert program.get("customers/duplicates/", cursor="forged").status_code == 400
    body = {"first": two.pk, "second": one.pk, "reason": "Two firms"}
    assert program.post("customers/duplicates/dismiss/", body).status_code == 201
    assert len(program.get("customers/duplicates/").json()["results"]) == 2
    assert refused(program.post("customers/duplicates/dismiss/", body)) == (409, "no_duplicate")


def browser_of(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


def test_the_form_shows_whom_it_may_be_and_keeps_them_once_ticked(company: Any, clerk: Any) -> None:
    customer, client = known(company), browser_of(clerk)
    typed = {"name": "Bramble AG", "language": "en", "contacts-TOTAL_FORMS": "0", "contacts-INITIAL_FORMS": "0"}
    page = client.post(reverse("customers:new"), typed).content.decode()

    assert reverse("customers:customer", args=[customer.pk]) in page
    assert "Same name but for the legal form" in page
    assert Customer.objects.count() == 1
    answer = client.post(reverse("customers:new"), typed | {"is_another_customer": "1"})
    assert answer.status_code == 302
    assert Customer.objects.count() == 2


def test_the_page_shows_the_pairs_and_lets_who_may_say_that_they_are_two(company: Any, clerk: Any) -> None:
    one, two = known(company), known(company, "Bramble AG")
    client, address = browser_of(clerk), reverse("customers:duplicates")
    assert "Same tax id DE136695976" in client.get(address).content.decode()
    auditor = browser_of(world.make_user(company, "auditor"))
    assert "Not the same" not in auditor.get(address).content.decode()
    dismiss = reverse("customers:dismiss_duplicate", args=[one.pk, two.pk])
    assert auditor.post(dismiss, {"reason": "r"}).status_code == 403
    client.post(dismiss, {"reason": "Two firms"})
    assert "No two customers" in client.get(address).content.decode()


def test_an_account_that_another_customer_has_says_so(company: Any, manager: Any) -> None:
    one, two = known(company), known(company, "Thorn", tax_id="", addresses=[], contacts=[])
    confirmed(one, iban_account())
    program = Program(manager)
    typed = {"kind": "iban", "number": IBAN, "holder": "Thorn", "reason": "Letter"}
    assert program.post(f"customers/{two.pk}/accounts/", typed).json()["is_anothers_too"] is True
    page = browser_of(manager).get(reverse("customers:account", args=[two.accounts.get().pk])).content.decode()
    assert "Another customer has this account." in page


def test_an_import_leaves_rows_out_that_look_like_a_customer_unless_they_are_said_to_be_others(
    company: Any, clerk: Any
) -> None:
    known(company)
    content = "Customer no;Name;Tax id\n77;Bramble AG;\n78;Thorn;\n79;Thorn Ltd;\n"
    outcome = take(company, content, by=clerk, dry_run=True)
    assert dict(outcome.counts) == {"Wrong": 2, "New": 1}
    told = outcome.troubles[0]
    assert (told.line, told.column, told.found, told.reason) == (2, "Name", "Bramble AG", "maybe_known")
    assert told.advice == (
        "This may be a customer you have: C00001 Bramble GmbH (same name but for the legal form). "
        "Leave the row out, or tick that it is another one."
    )
    take(company, content, by=clerk)
    assert set(Customer.objects.values_list("number", flat=True)) == {"C00001", "78"}
    assert dict(take(company, content, by=clerk, are_others=True).counts) == {"New": 2, "Same as before": 1}
    assert NotTheSame.objects.count() == 2
