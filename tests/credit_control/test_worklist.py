"""Whom to ask next: by what is at risk, broken promises first, with the reasons in words; and what was said."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from billing.models import ReasonCode
from billing.operations.open_dispute import DisputeDetails, open_dispute
from credit_control.models import ContactNote, CreditFile
from credit_control.operations.assign_collector import assign_collector
from credit_control.operations.note_contact import NoteDetails, note_contact
from credit_control.operations.put_off_due_day import put_off_due_day
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.worklist import reading
from credit_control.worklist.habits import habit_bars
from credit_control.worklist.not_kept import noted_on
from credit_control.worklist.reading import worklist
from ledger.refusals import Refused
from tests import world
from tests.api.calling import Program
from tests.credit_control.reminding import late

pytestmark = pytest.mark.django_db


def listed(company: Any, days: int = 0) -> list[tuple[str, Decimal]]:
    return [(work.name, round(work.at_risk, 2)) for work in worklist(company, company.today() + timedelta(days=days))]


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def paid(customer: Any, days_late: int) -> None:
    """An invoice that was settled so many days late, half a year ago."""
    due = customer.company.today() - timedelta(days=180)
    invoice = world.issue(customer, "10.00", due, due_on=due)
    on = due + timedelta(days=days_late)
    world.apply(world.receive(customer, "10.00", on), invoice, "10.00", on)


def test_it_goes_by_amount_and_how_far_past_their_habit(company: Any, customer: Any) -> None:
    slow, small = world.make_customer(company, "Cedar Ltd"), world.make_customer(company, "Dune AG")
    late(customer, "1000.00", 45)
    late(slow, "1000.00", 45)
    late(small, "100.00", 45)
    late(world.make_customer(company, "Fresh SA"), "70.00", -3)
    for _ in range(3):
        paid(slow, 36)
    assert listed(company) == [("Bramble GmbH", 500), ("Cedar Ltd", 100), ("Dune AG", 50)]
    [_, work, _] = worklist(company, company.today())
    assert work.reasons == ["Oldest 45 days late", "usually pays 36 days late"]


@pytest.mark.parametrize("batch", [1, 2, 3, 200])
def test_the_order_is_the_same_however_many_are_read_at_once(
    company: Any, customer: Any, monkeypatch: pytest.MonkeyPatch, batch: int
) -> None:
    monkeypatch.setattr(reading, "BATCH", batch)
    names = ["Bramble GmbH", "Cedar Ltd", "Dune AG", "Elm SA", "Fern AB", "Gorse KG"]
    customers = [customer, *(world.make_customer(company, name) for name in names[1:])]
    owed = [("1000.00", 95), ("900.00", 80), ("900.00", 80), ("500.00", 85), ("90.00", 5), ("40.00", 10)]
    for each, (amount, days) in zip(customers, owed, strict=True):
        late(each, amount, days)
    for _ in range(3):
        paid(customers[0], 90)
        paid(customers[3], 40)
    details = PromiseDetails(company.today() - timedelta(days=8), "Eva", "EUR")
    record_promise(customers[5].pk, details, on=company.today() - timedelta(days=10), by=None)
    assert listed(company) == [
        ("Gorse KG", Decimal("24.44")),
        ("Cedar Ltd", 800),
        ("Dune AG", 800),
        ("Elm SA", 250),
        ("Bramble GmbH", 100),
        ("Fern AB", 9),
    ]
    works = worklist(company, company.today())
    ids = [work.customer_id for work in works]
    assert [works.after(each) for each in ids] == [*ids[1:], None]
    assert (works.after(0), len(works), works.overdue) == (ids[0], 6, Decimal("3430.00"))


def test_who_pays_on_the_day_of_the_invoice_pays_in_time(company: Any, customer: Any) -> None:
    late(customer, "100.00", 9)
    for _ in range(3):
        paid(customer, 0)
    [work] = worklist(company, company.today())
    assert work.reasons == ["Oldest 9 days late", "usually pays in time"]
    assert next((bar["label"], bar["amount"]) for bar in habit_bars(customer, company.today())) == ("In time", 3)


def test_a_broken_promise_comes_first_until_somebody_spoke_with_them(company: Any, customer: Any) -> None:
    today = company.today()
    late(world.make_customer(company, "Cedar Ltd"), "1000.00", 90)
    late(customer, "90.00", 20)
    details = PromiseDetails(today - timedelta(days=8), "Eva", "EUR")
    record_promise(customer.pk, details, on=today - timedelta(days=10), by=None)
    assert [name for name, _ in listed(company)] == ["Bramble GmbH", "Cedar Ltd"]
    assert next(iter(worklist(company, today))).reasons[0].startswith("Promise of €90.00 for")
    note_contact(customer.pk, NoteDetails("Cannot pay before Friday"), by=None)
    assert [name for name, _ in listed(company)] == ["Cedar Ltd", "Bramble GmbH"]


def test_somebody_spoke_with_them_on_the_day_that_it_was_at_the_company(company: Any, customer: Any) -> None:
    company.time_zone = "Pacific/Kiritimati" if timezone.now().hour >= 10 else "Pacific/Pago_Pago"
    company.save()
    note_contact(customer.pk, NoteDetails("Cannot pay before Friday"), by=None)
    assert noted_on(company, [customer.pk]) == {customer.pk: company.today()}
    assert company.today() != timezone.now().date()


def test_what_is_disputed_or_promised_is_not_at_risk(company: Any, customer: Any) -> None:
    today = company.today()
    disputed = late(customer, "500.00", 90)
    promised = late(customer, "200.00", 90)
    late(customer, "100.00", 90)
    reason = ReasonCode.objects.get(company=company, code="price_disputed").pk
    open_dispute(disputed.entry_id, DisputeDetails(reason), on=today, by=None)
    item = world.item_of(promised).pk
    record_promise(customer.pk, PromiseDetails(today, "Eva", "EUR", item_ids=[item]), on=today, by=None)
    assert listed(company) == [("Bramble GmbH", 100)]
    assert next(iter(worklist(company, today))).reasons == [
        "Oldest 90 days late",
        "€500.00 disputed",
        "€200.00 promised",
    ]


def test_what_they_paid_and_nobody_applied_is_not_at_risk(company: Any, customer: Any) -> None:
    today = company.today()
    late(customer, "100.00", 90)
    world.receive(customer, "30.00", today)
    world.receive(customer, "50.00", today, currency="USD", exchange_rate=Decimal("0.9"))
    assert listed(company) == [("Bramble GmbH", 25)]
    assert next(iter(worklist(company, today))).reasons == ["Oldest 90 days late", "€75.00 not applied"]
    world.receive(customer, "40.00", today)
    assert listed(company) == [("Bramble GmbH", 0)]


def test_a_due_day_that_was_put_off_is_not_late(company: Any, customer: Any) -> None:
    invoice = late(customer, "100.00", 10)
    put_off_due_day(world.item_of(invoice).pk, company.today(), by=None, reason="Agreed")
    assert listed(company) == []
    assert listed(company, days=9) == [("Bramble GmbH", 10)]


def test_other_currencies_count_in_the_companys(company: Any, customer: Any) -> None:
    late(customer, "100.00", 90, currency="USD", exchange_rate=Decimal("0.9"))
    assert listed(company) == [("Bramble GmbH", 90)]


def test_a_note_says_when_to_ask_again(company: Any, customer: Any) -> None:
    today = company.today()
    note = note_contact(
        customer.pk, NoteDetails(" Call on Monday ", next_contact_on=today + timedelta(days=3)), by=None
    )
    assert (note.words, note.kind) == ("Call on Monday", "call")
    assert CreditFile.objects.get(customer=customer).next_contact_on == today + timedelta(days=3)
    note_contact(customer.pk, NoteDetails("They called back"), by=None)
    assert CreditFile.objects.get(customer=customer).next_contact_on is None
    with pytest.raises(DatabaseError), transaction.atomic():
        ContactNote.objects.update(words="x")


@pytest.mark.parametrize(
    ("details", "code"),
    [
        ({"words": " "}, "words_missing"),
        ({"words": "x" * 1001}, "too_long"),
        ({"words": "x", "kind": "shout"}, "bad_kind"),
        ({"words": "x", "days": -1}, "day_invalid"),
        ({"words": "x", "days": 367}, "day_invalid"),
    ],
)
def test_a_note_refuses(company: Any, customer: Any, details: dict[str, Any], code: str) -> None:
    days = details.pop("days", None)
    day = None if days is None else company.today() + timedelta(days=days)
    assert refusal(lambda: note_contact(customer.pk, NoteDetails(**details, next_contact_on=day), by=None)) == code
    assert not ContactNote.objects.exists()


def test_customers_are_given_to_collectors(company: Any, customer: Any) -> None:
    ann = world.make_user(company, "collector")
    assert assign_collector(company, [customer.pk], ann.pk, by=None) == 1
    assert assign_collector(company, [customer.pk], ann.pk, by=None) == 0
    late(customer, "10.00", 10)
    assert next(iter(worklist(company, company.today()))).collector == "Collector"
    seller = world.make_user(company, "sales")
    assert refusal(lambda: assign_collector(company, [customer.pk], seller.pk, by=None)) == "no_such_collector"
    assert assign_collector(company, [customer.pk], None, by=None) == 1


def test_the_screen_goes_from_one_to_the_next(company: Any, customer: Any, client: Any) -> None:
    ann = world.make_user(company, "collector")
    second = world.make_customer(company, "Cedar Ltd")
    late(customer, "200.00", 40)
    late(second, "100.00", 40)
    client.force_login(ann)
    page = client.get(reverse("credit_control:worklist"))
    assert page.context["chosen"].name == "Bramble GmbH"
    address = reverse("credit_control:note_contact", args=[customer.pk])
    refused = client.post(address, {"words": "", "kind": "call"}).content.decode()
    assert "This field is required." in refused
    day = company.today() + timedelta(days=5)
    typed = {"words": "Will look into it", "kind": "call", "next_contact_on": str(day)}
    after = client.post(address, typed, follow=True)
    assert after.context["chosen"].name == "Cedar Ltd"
    assert [row[0].name for row in after.context["rows"]] == ["Cedar Ltd"]
    waiting = client.get(reverse("credit_control:worklist"), {"waiting": "1"})
    assert [row[0].name for row in waiting.context["rows"]] == ["Bramble GmbH", "Cedar Ltd"]
    nobody = client.post(reverse("credit_control:assign_collector"), {"collector": str(ann.pk)}, follow=True)
    assert "Tick the customers first." in nobody.content.decode()
    client.post(reverse("credit_control:assign_collector"), {"customer": [second.pk], "collector": str(ann.pk)})
    mine = client.get(reverse("credit_control:worklist"), {"whose": "mine"})
    assert [row[0].name for row in mine.context["rows"]] == ["Cedar Ltd"]
    beyond = client.get(reverse("credit_control:worklist"), {"page": "99", "customer": str(customer.pk)})
    assert [row[0].name for row in beyond.context["rows"]] == ["Cedar Ltd"]
    assert beyond.context["chosen"].name == "Cedar Ltd"
    assert "Will look into it" in client.get(reverse("customers:customer", args=[customer.pk])).content.decode()


def test_programs_read_note_and_assign(company: Any, customer: Any) -> None:
    ann = world.make_user(company, "collector")
    program = Program(ann)
    late(customer, "200.00", 45)
    [row] = program.get("worklist/").json()["results"]
    assert (row["customer"], row["at_risk"], row["reasons"]) == (customer.pk, "100.00", ["Oldest 45 days late"])
    note = program.post("worklist/notes/", {"customer": customer.pk, "words": "Spoke with Eva"})
    assert (note.status_code, note.json()["words"]) == (201, "Spoke with Eva")
    assert program.put("worklist/collectors/", {"customers": [customer.pk], "collector": ann.pk}).json() == {
        "changed": 1
    }
    assert Program(world.make_user(company, "auditor")).get("worklist/").status_code == 403
