"""Handing debts to an agency: only what was warned of, once; nobody here reminds of it until it is ended."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from credit_control.hand_overs import to_decide, with_state
from credit_control.models import HandedItem, HandOver, Reminder
from credit_control.operations.hand_to_agency import HandOverDetails, end_hand_over, hand_to_agency
from credit_control.operations.put_off_due_day import put_off_due_day
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.set_reminder_ladders import choose_ladder
from ledger.refusals import Refused
from office.models import AuditRecord, OutgoingMail
from payments.operations.cancel_debit_run import cancel_debit_run
from payments.operations.close_paid_notice import close_paid_notice
from payments.operations.note_paid import PaidDetails, note_paid
from tests import world
from tests.api.calling import Program
from tests.credit_control.reminding import at_any_hour, ladder, late, remind, send_all
from tests.payments.debits import may_debit, run_for, with_mandate

pytestmark = pytest.mark.django_db


@pytest.fixture
def company(company: Any) -> Any:
    ladder(company, [1, 8, 15], has_letter=True)
    at_any_hour(company)
    return company


@pytest.fixture
def invoice(customer: Any, relay: Any) -> Any:
    """One that all three reminders were about, the last of today."""
    invoice = late(customer, "300.00", 30)
    for days in (-14, -7, 0):
        remind(customer, days=days)
        send_all()
    return invoice


def hand(customer: Any, *papers: Any, **details: Any) -> HandOver:
    values = {"agency": "Swift & Sons", "item_ids": [world.item_of(paper).pk for paper in papers]} | details
    return hand_to_agency(customer.pk, HandOverDetails(**values), on=customer.company.today(), by=None)


def refusal(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.code


def test_it_goes_to_the_agency_and_no_more_reminders(company: Any, customer: Any, invoice: Any) -> None:
    made = hand(customer, invoice)
    assert [(row.item.reference, row.amount) for row in made.items.select_related("item")] == [(invoice.number, 300)]
    longer = ladder(company, [1, 8, 15], name="Longer")
    longer.steps.create(days=20, tone="final")
    assert remind(customer, days=60)[1] == "All that is late waits."
    world.apply(world.receive(customer, "120.00", company.today()), invoice, "120.00", company.today())
    row = with_state(HandOver.objects.all()).get()
    assert (row.state, row.amount, row.open, row.currency) == ("out", 300, 180, "EUR")

    end_hand_over(made.pk, "given_back", on=company.today(), by=None, note="Not worth it")
    assert with_state(HandOver.objects.all()).get().state == "given_back"
    assert remind(customer, days=60)[0] is not None
    assert refusal(lambda: end_hand_over(made.pk, "paid", on=company.today(), by=None)) == "invalid_move"
    actions = AuditRecord.objects.filter(action__in=("hand_to_agency", "end_hand_over")).order_by("pk")
    assert [record.action for record in actions] == ["hand_to_agency", "end_hand_over"]


def test_it_refuses_what_was_not_warned_of_is_held_or_is_with_an_agency(
    company: Any, customer: Any, invoice: Any
) -> None:
    fresh, today = late(customer, "50.00", 3), company.today()
    assert refusal(lambda: hand(customer)) == "nothing_chosen"
    assert refusal(lambda: hand(customer, invoice, agency=" ")) == "agency_missing"
    assert refusal(lambda: hand(customer, fresh)) == "not_warned"
    item = world.item_of(fresh)
    record_promise(customer.pk, PromiseDetails(today, "Eva", "EUR", item_ids=[item.pk]), on=today, by=None)
    assert refusal(lambda: hand(customer, fresh, was_warned=True)) == "held"
    made = hand(customer, invoice)
    assert refusal(lambda: hand(customer, invoice)) == "held"
    assert refusal(lambda: end_hand_over(made.pk, "lost", on=today, by=None)) == "bad_outcome"
    other = late(world.make_customer(company, "Cedar Ltd"), "5.00", 3)
    assert refusal(lambda: hand(customer, other, was_warned=True)) == "not_open"
    with pytest.raises(DatabaseError), transaction.atomic():
        HandedItem.objects.update(amount=1)


def test_it_refuses_what_a_debit_run_takes(company: Any, customer: Any) -> None:
    may_debit(company)
    invoice = late(with_mandate(customer), "50.00", 3)
    run = run_for(company)
    assert refusal(lambda: hand(customer, invoice, was_warned=True)) == "held"
    cancel_debit_run(run.pk, reason="With an agency", by=None)
    assert hand(customer, invoice, was_warned=True).items.count() == 1


def test_it_refuses_what_was_put_off_or_is_paid_as_they_say(company: Any, customer: Any, invoice: Any) -> None:
    today, item = company.today(), world.item_of(invoice)
    contact = customer.contacts.get()
    notice = note_paid(invoice.pk, PaidDetails(Decimal(300), today, "transfer"), contact=contact, on=today)
    assert refusal(lambda: hand(customer, invoice)) == "held"
    assert to_decide(company, today + timedelta(days=7)) == []
    close_paid_notice(notice.pk, found=False, answer="Nothing came", by=None)
    put_off_due_day(item.pk, today, by=None, reason="Agreed")
    assert refusal(lambda: hand(customer, invoice)) == "held"
    put_off_due_day(item.pk, today + timedelta(days=20), by=None, reason="Agreed")
    assert to_decide(company, today + timedelta(days=20)) == []
    assert [row[3] for row in to_decide(company, today + timedelta(days=21))] == [300]


def test_a_final_notice_that_did_not_arrive_warned_nobody(company: Any, customer: Any, invoice: Any) -> None:
    final = Reminder.objects.get(tone="final")
    OutgoingMail.objects.filter(about_type=Reminder._meta.label_lower, about_id=final.pk).update(
        status="bounced", bounced_at=timezone.now()
    )
    assert refusal(lambda: hand(customer, invoice)) == "not_warned"
    assert to_decide(company, company.today() + timedelta(days=7)) == []


def test_what_two_final_notices_were_about_is_decided_on_once(company: Any, customer: Any, invoice: Any) -> None:
    longer = ladder(company, [1, 8, 15], name="Longer")
    longer.steps.create(days=20, tone="final")
    choose_ladder(company, longer.pk, by=None)
    assert remind(customer, days=5)[0]
    [row] = to_decide(company, company.today() + timedelta(days=20))
    assert row[3] == 300


def test_who_is_to_be_decided_on(company: Any, customer: Any, invoice: Any) -> None:
    today = company.today()
    assert to_decide(company, today) == []
    [row] = to_decide(company, today + timedelta(days=7))
    assert row == (customer.pk, "Bramble GmbH", "EUR", Decimal(300), today)
    hand(customer, invoice)
    assert to_decide(company, today + timedelta(days=7)) == []


def test_the_agencys_file_holds_claims_documents_and_letters(customer: Any, invoice: Any, client: Any) -> None:
    made = hand(customer, invoice)
    client.force_login(world.make_user(customer.company, "manager"))
    answer = client.get(reverse("credit_control:agency_file", args=[made.pk]))
    with ZipFile(BytesIO(answer.content)) as archive:
        names = archive.namelist()
        claims = archive.read("claims.csv").decode("utf-8-sig").splitlines()
    assert names[:2] == ["claims.csv", f"{invoice.number}.pdf"]
    assert len([name for name in names if name.startswith("reminder-")]) == 3
    assert f",{invoice.number}," in claims[1]
    assert ",EUR,300.0000,300.0000,300.0000," in claims[1]


def test_the_screens_hand_over_and_end(customer: Any, invoice: Any, client: Any) -> None:
    client.force_login(world.make_user(customer.company, "manager"))
    page = reverse("credit_control:hand_over_new", args=[customer.pk])
    assert "Final notice sent" in client.get(page).content.decode()
    typed = {"agency": "", "item": [world.item_of(invoice).pk]}
    assert "This field is required." in client.post(page, typed).content.decode()
    shown = client.post(page, typed | {"agency": "Swift & Sons"}, follow=True).content.decode()
    assert "Handed to Swift &amp; Sons" in shown
    made = HandOver.objects.get()
    assert "Swift" in client.get(reverse("credit_control:hand_over_list")).content.decode()
    client.post(reverse("credit_control:end_hand_over", args=[made.pk]), {"outcome": "paid", "note": "All came"})
    assert "All came" in client.get(reverse("credit_control:hand_over", args=[made.pk])).content.decode()
    client.force_login(world.make_user(customer.company, "collector"))
    assert client.get(page).status_code == 403


def test_programs_do_the_same(customer: Any, invoice: Any) -> None:
    program = Program(world.make_user(customer.company, "manager"))
    sent = {"customer": customer.pk, "agency": "Swift", "items": [world.item_of(invoice).pk]}
    made = program.post("hand-overs/", sent).json()
    assert (made["state"], made["amount"], made["items"][0]["open"]) == ("out", "300.00", "300.00")
    assert [row["id"] for row in program.get("hand-overs/", state="out").json()["results"]] == [made["id"]]
    ended = program.post(f"hand-overs/{made['id']}/end/", {"outcome": "hopeless"})
    assert ended.json()["state"] == "hopeless"
    assert Program(world.make_user(customer.company, "clerk")).post("hand-overs/", sent).status_code == 403
