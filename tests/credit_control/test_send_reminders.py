"""Reminders: each item once at a step, never of what is paid, disputed, promised or being collected."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from billing.disputes import disputed_now
from billing.models import ReasonCode
from billing.operations.close_dispute import close_dispute
from billing.operations.open_dispute import DisputeDetails, open_dispute
from credit_control.models import Channel, Reminder, ReminderDay, ReminderItem
from credit_control.operations.begin_reminders import begin_reminders
from credit_control.operations.put_off_due_day import put_off_due_day
from credit_control.operations.record_promise import PromiseDetails, record_promise
from credit_control.operations.remind_many import start_reminding
from credit_control.operations.send_reminders import send_reminders
from credit_control.operations.set_credit_policy import set_credit_policy
from credit_control.operations.set_reminder_ladders import choose_ladder
from credit_control.reminders.coming import next_reminder
from credit_control.reminders.mail import compose, reason_not_to_send
from customers.models import Contact
from ledger.refusals import Refused
from office.mail import NotReady
from office.mail.handing_over import hand_over
from office.models import AuditRecord, OutgoingMail, Run, RunStatus, Task
from office.work.runs import carry_out
from office.written import plain_day
from tests import world
from tests.credit_control.reminding import CALL, asked, at_any_hour, ladder, late, remind, send_all
from tests.credit_control.samples import claim, rule_for

pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


@pytest.fixture
def company(company: Any) -> Any:
    ladder(company, [-3, 1, 8, 15])
    at_any_hour(company)
    return company


def words_of(mail: Any) -> str:
    return mail.get_body(("plain",)).get_content().replace("\r\n", "\n")


def dispute(invoice: Any, amount: str | None = None) -> Any:
    reason = ReasonCode.objects.get(company=invoice.company, code="price_disputed").pk
    details = DisputeDetails(reason, amount=amount and Decimal(amount))
    return open_dispute(invoice.entry_id, details, on=invoice.company.today(), by=None)


def test_it_asks_for_what_is_late_and_says_how_to_pay(customer: Any, relay: Any) -> None:
    invoice = late(customer, "300.00", 2)
    reminder, _ = remind(customer)
    assert asked(reminder) == [(invoice.number, 1)]
    [mail] = send_all()
    assert (mail.status, mail.to_email, len(relay.taken)) == ("sent", "eva@bramble.example", 1)
    [taken] = relay.taken
    text = words_of(taken)
    assert taken["Subject"] == "Payment reminder from Alder Ltd"
    assert "Perhaps it escaped you" in text
    assert f"Invoice {invoice.number}, due" in text
    assert "To pay: €300.00" in text
    assert "/p/" in text


@pytest.mark.parametrize("times", [96])
def test_rem_01_a_job_that_runs_every_quarter_of_an_hour_sends_one_mail(
    company: Any, customer: Any, relay: Any, times: int
) -> None:
    set_credit_policy(company, {"reminders": "send", "reminder_hour": 0}, by=None)
    late(customer, "300.00", 8)
    remind(customer, days=-7)
    assert len(send_all()) == 1
    for _ in range(times):
        day = begin_reminders(company)
        if day and day.run_id:
            list(carry_out(day.run_id))
        send_all()
    assert len(relay.taken) == 2
    assert relay.taken[1]["Subject"] == "Second payment reminder from Alder Ltd"
    assert ReminderDay.objects.get().outcome == "1 begun."


@pytest.mark.parametrize(("paid", "sent"), [("300.00", 0), ("299.99", 1)])
def test_rem_03_paid_just_before_the_mail_goes_out(customer: Any, relay: Any, paid: str, sent: int) -> None:
    invoice, today = late(customer, "300.00", 2), customer.company.today()
    remind(customer)
    world.apply(world.receive(customer, paid, today), invoice, paid, today)
    [mail] = send_all()
    assert len(relay.taken) == sent
    if sent:
        assert "To pay: €0.01" in words_of(relay.taken[0])
    else:
        assert (mail.status, mail.explanation) == ("cancelled", "Not sent: it is settled.")
        assert ReminderItem.objects.get().dropped == "It is settled."


def test_rem_03_paid_while_the_mail_is_being_written_has_it_written_anew(customer: Any, relay: Any) -> None:
    invoice, today = late(customer, "300.00", 2), customer.company.today()
    remind(customer)
    receipt = world.receive(customer, "100.00", today)
    mail = OutgoingMail.objects.get()
    composed = compose(mail)
    world.apply(receipt, invoice, "100.00", today)
    mail.to_email = composed.to_email
    with pytest.raises(NotReady):
        reason_not_to_send(mail)
    send_all()
    assert "To pay: €200.00" in words_of(relay.taken[0])
    assert ReminderItem.objects.get().amount == 200


def test_rem_03_a_small_rest_is_not_worth_a_reminder(company: Any, customer: Any) -> None:
    set_credit_policy(company, {"smallest_reminder": Decimal(5)}, by=None)
    late(customer, "4.99", 2)
    assert remind(customer) == (None, "Less than 5: too little to remind of.")


def test_rem_04_sent_by_hand_and_reminded_only_after_the_due_day(company: Any, customer: Any) -> None:
    ladder(company, [1, 8, 15], name="Late only")
    invoice = world.issue(customer, "100.00", company.today(), due_on=company.today() + timedelta(days=14))
    assert remind(customer, days=1) == (None, "")
    assert remind(customer, days=14) == (None, "")
    assert asked(remind(customer, days=15)[0]) == [(invoice.number, 1)]


def test_rem_05_the_due_day_moved(company: Any, customer: Any) -> None:
    ladder(company, [1, 8], name="Late only")
    invoice, today = world.issue(customer, "100.00", company.today(), due_on=company.today()), company.today()
    put_off_due_day(world.item_of(invoice).pk, today + timedelta(days=7), by=None, reason="Agreed by phone")
    assert remind(customer, days=1) == (None, "")
    assert next_reminder(customer)["next_on"] == today + timedelta(days=8)
    assert asked(remind(customer, days=8)[0]) == [(invoice.number, 1)]
    change = AuditRecord.objects.get(action="put_off_due_day")
    assert (change.reason, change.after["document"]) == ("Agreed by phone", invoice.number)


def test_rem_06_what_is_disputed_is_not_asked_for_and_enters_again_at_its_next_step(
    company: Any, customer: Any, relay: Any
) -> None:
    large, small = late(customer, "500.00", 1), late(customer, "200.00", 1)
    reminder, _ = remind(customer)
    assert asked(reminder) == [(large.number, 1), (small.number, 1)]
    opened = dispute(large)
    [mail] = send_all()
    text = words_of(relay.taken[0])
    assert ("500.00" in text, "To pay: €200.00" in text, mail.status) == (False, True, "sent")
    assert disputed_now([world.item_of(large).pk])[world.item_of(large).pk] == 500

    assert asked(remind(customer, days=7)[0]) == [(small.number, 8)]
    close_dispute(opened.pk, "refused", on=company.today(), by=None, note="The price stands")
    assert asked(remind(customer, days=40)[0]) == [(large.number, 1), (small.number, 15)]
    assert remind(customer, days=41) == (None, "")


def test_interest_goes_by_the_day_agreed_on(company: Any, customer: Any) -> None:
    rule_for(company, "36.5")
    invoice, today = late(customer, "1000.00", 20), company.today()
    put_off_due_day(world.item_of(invoice).pk, today - timedelta(days=10), by=None, reason="Agreed by phone")
    charge = claim(customer, today)
    assert charge
    assert charge.interest == 10


def test_a_part_in_dispute_leaves_the_rest_to_ask_for(customer: Any, relay: Any) -> None:
    dispute(late(customer, "500.00", 1), "120.00")
    remind(customer)
    send_all()
    assert "To pay: €380.00" in words_of(relay.taken[0])


def test_rem_07_it_goes_to_the_people_as_they_are_now(customer: Any, relay: Any) -> None:
    late(customer, "100.00", 2)
    eva = customer.contacts.get()
    customer.contacts.create(name="Max", email="max@bramble.example")
    eva.is_active = False
    eva.save()
    remind(customer)
    assert [mail.to_email for mail in send_all()] == ["max@bramble.example"]


def test_rem_07_nobody_left_is_said(customer: Any) -> None:
    late(customer, "100.00", 2)
    customer.contacts.update(is_active=False)
    assert remind(customer) == (None, "Nobody there gets reminders by mail. Add a contact first.")


def test_rem_09_reminding_of_one_leaves_the_others_to_propose(customer: Any) -> None:
    one, two, three = (late(customer, amount, 2) for amount in ("10.00", "20.00", "30.00"))
    assert asked(remind(customer, only=[world.item_of(one).pk])[0]) == [(one.number, 1)]
    assert asked(remind(customer)[0]) == [(two.number, 1), (three.number, 1)]
    assert remind(customer) == (None, "")


def test_promised_collected_or_probably_paid_waits(company: Any, customer: Any, relay: Any) -> None:
    invoice, today = late(customer, "100.00", 2), company.today()
    details = PromiseDetails(today + timedelta(days=3), "Eva", "EUR")
    record_promise(customer.pk, details, on=today, by=None)
    _, why = remind(customer)
    assert why == "All that is late waits."
    assert next_reminder(customer)["why"].startswith("It is promised for")
    assert asked(remind(customer, days=6)[0]) == [(invoice.number, 1)]


def test_free_credit_is_applied_before_anybody_is_reminded(customer: Any, relay: Any) -> None:
    late(customer, "100.00", 2)
    world.receive(customer, "40.00", customer.company.today())
    remind(customer)
    send_all()
    text = words_of(relay.taken[0])
    assert "Less your free credit: −€40.00\nTo pay: €60.00" in text
    late(customer, "10.00", 2)
    world.receive(customer, "70.00", customer.company.today())
    assert remind(customer)[1].endswith("of free credit: apply it first.")


def test_free_credit_is_taken_off_one_reminder_of_a_day_and_no_other(customer: Any, relay: Any) -> None:
    first, second, third = (late(customer, amount, 2) for amount in ("100.00", "50.00", "30.00"))
    world.receive(customer, "60.00", customer.company.today())
    remind(customer, only=[world.item_of(first).pk])
    assert remind(customer, only=[world.item_of(second).pk])[1] == ""
    assert asked(remind(customer)[0]) == [(third.number, 1)]
    send_all()
    assert [words_of(mail).partition("To pay: ")[2].split()[0] for mail in relay.taken] == [
        "€40.00",
        "€50.00",
        "€30.00",
    ]


def test_what_free_credit_a_reminder_leaves_is_taken_off_the_next(customer: Any, relay: Any) -> None:
    first, _ = late(customer, "20.00", 2), late(customer, "50.00", 2)
    world.receive(customer, "5.00", customer.company.today())
    remind(customer, only=[world.item_of(first).pk])
    world.receive(customer, "25.00", customer.company.today())
    remind(customer)
    [_, second] = OutgoingMail.objects.filter(kind="reminder").order_by("pk")
    hand_over(second.pk)
    assert "Less your free credit: −€10.00\nTo pay: €40.00" in words_of(relay.taken[0])


def test_a_reminder_that_arrived_nowhere_takes_no_free_credit_off(customer: Any, relay: Any) -> None:
    first, _ = late(customer, "100.00", 2), late(customer, "50.00", 2)
    world.receive(customer, "40.00", customer.company.today())
    remind(customer, only=[world.item_of(first).pk])
    relay.at_rcpt = lambda: "550 5.1.1 No such user"
    send_all()
    relay.at_rcpt = lambda: "250 OK"
    Contact.objects.filter(customer=customer).update(email="new@bramble.example")
    remind(customer)
    send_all()
    assert "Less your free credit: −€40.00\nTo pay: €110.00" in words_of(relay.taken[0])


def test_what_a_mail_did_not_bring_is_reminded_of_again_at_its_step(customer: Any, relay: Any) -> None:
    invoice = late(customer, "100.00", 2)
    relay.at_rcpt = lambda: "550 5.1.1 no such mailbox"
    remind(customer)
    assert [mail.status for mail in send_all()] == ["bounced"]
    assert remind(customer)[1] == "Mail to their address came back. Change it first."
    customer.contacts.update(email="eva.new@bramble.example")
    relay.at_rcpt = lambda: "250 OK"
    reminder, _ = remind(customer)
    assert asked(reminder) == [(invoice.number, 1)]
    assert [row.dropped for row in ReminderItem.objects.order_by("pk")] == ["Its mail did not arrive.", ""]


def test_a_group_or_customer_with_no_ladder_is_not_reminded(company: Any, customer: Any) -> None:
    late(customer, "100.00", 2)
    choose_ladder(company, None, by=None, customer_id=customer.pk)
    assert remind(customer) == (None, "")
    assert next_reminder(customer)["why"] == "No ladder is chosen for them."
    choose_ladder(company, None, by=None, customer_id=customer.pk, clear=True)
    assert remind(customer)[0] is not None


def test_figures_that_contradict_the_book_stop_a_customer(customer: Any, superuser_cursor: Any) -> None:
    late(customer, "100.00", 2)
    superuser_cursor.execute("SET session_replication_role = replica")
    superuser_cursor.execute("UPDATE ledger_openitem SET balance = 90")
    assert remind(customer)[1].startswith("What is open and what the book adds up to differ.")


def test_a_run_reminds_many_and_lists_who_was_left_out(company: Any, customer: Any, relay: Any) -> None:
    late(customer, "100.00", 2)
    other = world.make_customer(company, "Cedar Ltd", contacts=[])
    late(other, "50.00", 2)
    run = start_reminding(company, [customer.pk, other.pk], on=company.today(), by=None)
    [*_, done] = carry_out(run.pk)
    assert (done.status, done.result) == (RunStatus.DONE, {"Reminded": 1, "Left out": 1})
    assert b"Cedar Ltd,Nobody there gets reminders" in bytes(done.errors_file)
    start_reminding(company, [other.pk], on=company.today(), by=None)
    [*_, _] = carry_out(Run.objects.latest("pk").pk)
    assert Task.objects.get().title.startswith("Cedar Ltd gets no reminders: Nobody there")
    with pytest.raises(Refused):
        start_reminding(company, [], on=company.today(), by=None)
    with pytest.raises(Refused):
        start_reminding(company, [customer.pk], on=company.today() - timedelta(days=1), by=None)


def test_the_schedule_asks_or_stops_above_its_bound(company: Any, customer: Any) -> None:
    late(customer, "100.00", 2)
    assert begin_reminders(company) is None
    set_credit_policy(company, {"reminders": "ask", "reminder_hour": 0}, by=None)
    day = begin_reminders(company)
    assert day
    assert (day.outcome, day.run_id) == ("1 to look at.", None)
    assert Task.objects.get().title == f"Reminders of {plain_day(company.today())}: 1 to look at."
    day.delete()
    set_credit_policy(company, {"reminders": "send", "most_unattended": 0}, by=None)
    stopped = begin_reminders(company)
    assert stopped
    assert (stopped.outcome, stopped.run_id) == ("1 are more than 0: to look at.", None)
    assert not Reminder.objects.exists()


def test_the_database_keeps_a_step_from_being_sent_twice(customer: Any) -> None:
    late(customer, "100.00", 2)
    reminder, _ = remind(customer)
    row = ReminderItem.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        ReminderItem.objects.create(reminder=reminder, item=row.item, days=row.days, amount=1)
    connection.check_constraints()


@pytest.mark.django_db(transaction=True)
def test_two_runs_at_once_remind_once(company: Any, customer: Any, in_parallel: Parallel) -> None:
    late(customer, "100.00", 2)
    today = company.today()
    act = lambda: send_reminders(company, [customer.pk], on=today, by=None)[0]  # noqa: E731
    results = in_parallel([act, act])
    assert sorted(len(each) for each in results) == [0, 1]
    assert (Reminder.objects.count(), OutgoingMail.objects.count()) == (1, 1)


def test_a_call_makes_no_mail(company: Any, customer: Any) -> None:
    ladder(company, [1], name="Calls", channel=CALL)
    late(customer, "100.00", 2)
    customer.contacts.update(email="")
    reminder, _ = remind(customer)
    assert reminder
    assert (reminder.channel, OutgoingMail.objects.count()) == (Channel.CALL, 0)
    task = Task.objects.get()
    assert (task.kind, task.title) == ("call", "Phone call to Bramble GmbH: First reminder, €100.00")
    assert remind(customer) == (None, "")


def test_a_letter_by_post_is_kept_as_it_was_first_made(company: Any, customer: Any, client: Any) -> None:
    ladder(company, [1], name="Post", channel=Channel.LETTER, has_letter=True)
    invoice, today = late(customer, "100.00", 2), company.today()
    reminder, _ = remind(customer)
    assert reminder
    client.force_login(world.make_user(company, "collector"))
    address = reverse("credit_control:reminder_letter", args=[reminder.pk])
    first = client.get(address).content
    world.apply(world.receive(customer, "40.00", today), invoice, "40.00", today)
    assert first.startswith(b"%PDF")
    assert client.get(address).content == first
    assert Task.objects.get().kind == "letter"


def test_the_customers_page_tells_what_they_were_reminded_of(company: Any, customer: Any, client: Any) -> None:
    invoice = late(customer, "100.00", 2)
    remind(customer)
    client.force_login(world.make_user(company, "collector"))
    page = client.get(reverse("customers:customer", args=[customer.pk])).content.decode()
    assert "Send reminders" in page
    assert f"Items: {invoice.number}" in page
