"""What people say to each other about papers: who is told, who may see it, and that it stays on the record."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils import timezone

from ledger.refusals import Refused
from office.mail.handing_over import hand_over
from office.models import AuditRecord, Comment, OutgoingMail, Task, User
from office.operations.comment import answer_task, ask_question, comment, withdraw_comment
from office.talk.mentions import mentioned
from office.talk.topics import About
from tests.world import issue, make_company, make_customer, make_user

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 1)
ADA = User(pk=1, name="Ada Lovelace", email="ada@alder.example")
BEN = User(pk=2, name="Ben", email="b.smith@alder.example")
ADAM = User(pk=3, name="Adam", email="adam@alder.example")
OTHER_ADA = User(pk=4, name="Ada Byron", email="byron@alder.example")


@pytest.mark.parametrize(
    ("text", "people"),
    [
        ("@ada please", [ADA]),
        ("Ask @Ada Lovelace, then @BEN.", [ADA, BEN]),
        ("@adam", [ADAM]),
        ("@Adamant @adabyron", []),
        ("@b.smith!", [BEN]),
        ("write to eva@ada or x.@ben", []),
        ("@@ada @ ben", []),
        ("(@ben)\n@ben", [BEN]),
        ("", []),
    ],
)
def test_who_is_meant_by_an_at(text, people):
    assert mentioned(text, [ADA, BEN, ADAM]) == people


def test_a_name_that_may_be_two_peoples_is_asked_back():
    with pytest.raises(Refused, match="Write one of @ada, @byron") as refusal:
        mentioned("@Byron and @Lovelace are words, @Ada is", [ADA, OTHER_ADA, BEN])
    assert refusal.value.code == "mention_ambiguous"
    assert mentioned("@ada byron", [ADA, OTHER_ADA]) == [OTHER_ADA]


def code_of(act: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def say(customer: Any, body: str, by: User) -> Comment:
    return comment(customer.company, About.of(customer), body, by=by)


def test_who_is_named_gets_a_mail_but_not_who_wrote(company, customer, clerk, manager):
    kept = say(customer, " @manager, @clerk is on it ", clerk)
    assert (kept.body, set(kept.mentions.all())) == ("@manager, @clerk is on it", {clerk, manager})
    assert OutgoingMail.objects.get().staff == manager
    assert AuditRecord.objects.get(action="comment").by == clerk


@pytest.mark.parametrize(("body", "code"), [(" \n", "text_missing"), ("x" * 5001, "text_too_long")])
def test_nothing_and_too_much_are_refused(customer, clerk, body, code):
    assert code_of(lambda: say(customer, body, clerk)) == code
    assert not Comment.objects.exists()


def test_somebody_who_may_not_see_it_is_not_told_of_it(company, customer, clerk):
    make_user(company, "sales", only_own_customers=True)
    assert code_of(lambda: say(customer, "@sales look", clerk)) == "may_not_see"
    assert not (Comment.objects.exists())
    assert not (OutgoingMail.objects.exists())


def test_ones_own_words_are_taken_back_shortly_after_and_nobody_elses(customer, clerk, manager):
    kept = say(customer, "x", clerk)
    assert code_of(lambda: withdraw_comment(kept.pk, by=manager)) == "not_yours"
    withdraw_comment(kept.pk, by=clerk)
    assert code_of(lambda: withdraw_comment(kept.pk, by=clerk)) == "too_late"
    assert Comment.objects.get().body == "x"


def test_after_a_while_they_stay(customer, clerk, time_machine):
    kept = say(customer, "x", clerk)
    time_machine.move_to(timezone.now() + timedelta(minutes=11))
    assert code_of(lambda: withdraw_comment(kept.pk, by=clerk)) == "too_late"


def test_a_comment_stays_on_the_record(customer, clerk):
    kept = say(customer, "x", clerk)
    for act in (
        kept.delete,
        lambda: Comment.objects.update(body="y"),
        lambda: Comment.objects.update(withdrawn_at=None),
    ):
        with pytest.raises(DatabaseError, match="stays on the record"), transaction.atomic():
            act()


@pytest.mark.django_db(transaction=True)
def test_the_mail_brings_what_was_said_unless_it_was_taken_back(relay, settings):
    settings.SITE_URL = "https://due.example"
    company = make_company()
    clerk, manager = make_user(company), make_user(company, "manager")
    invoice = issue(make_customer(company), "120.00", DAY)
    comment(company, About.of(invoice), "@manager <b>look</b> {here}", by=clerk)
    gone = comment(company, About.of(invoice), "@manager never mind", by=clerk)
    withdraw_comment(gone.pk, by=clerk)
    for mail in OutgoingMail.objects.order_by("pk"):
        hand_over(mail.pk)
    [taken] = relay.taken
    text = taken.get_body(("plain",)).get_content()
    assert (taken["To"], taken["Subject"]) == (f"Manager <{manager.email}>", "Clerk mentioned you")
    assert "@manager <b>look</b> {here}" in text
    assert f"https://due.example/invoices/{invoice.pk}/#talk" in text
    assert "&lt;b&gt;look&lt;/b&gt;" in taken.get_body(("html",)).get_content()
    assert OutgoingMail.objects.order_by("pk").last().explanation == "Not sent: it was taken back."


# Questions


def test_a_question_is_a_task_of_who_answers_and_its_answer_stays_with_the_paper(company, customer, clerk, manager):
    asked = ask_question(
        company, About.of(customer), "Was it\nsent?", due_on=company.today(), assignee=manager, by=clerk
    )
    assert (asked.title, asked.kind, asked.assignee, asked.about_name) == ("Was it", "question", manager, str(customer))
    assert OutgoingMail.objects.get().kind == "task"
    said = answer_task(asked, "On Monday, @clerk", finishes=True, by=manager)
    assert (said.about_type, said.about_id, said.task) == ("customers.customer", customer.pk, asked)
    assert (Task.objects.get().done_by, Task.objects.get().outcome) == (manager, "On Monday, @clerk")
    assert [each.body for each in Comment.objects.order_by("pk")] == ["Was it\nsent?", "On Monday, @clerk"]
    assert OutgoingMail.objects.order_by("pk").last().staff == clerk


def test_an_answer_can_leave_it_open(company, customer, clerk, manager):
    asked = ask_question(company, About.of(customer), "Sent?", department="shipping", by=clerk)
    answer_task(asked, "I look", finishes=False, by=manager)
    assert Task.objects.get().done_at is None


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({}, "receiver_missing"),
        ({"department": "shipping", "due_on": DAY}, "due_in_past"),
        ({"department": "kitchen"}, "unknown_department"),
        ({"department": "shipping", "body": " "}, "text_missing"),
    ],
)
def test_a_question_to_nobody_or_of_nothing_is_refused(company, customer, clerk, said, code):
    body = said.get("body", "Sent?")
    more = {name: value for name, value in said.items() if name != "body"}
    assert code_of(lambda: ask_question(company, About.of(customer), body, by=clerk, **more)) == code
    assert not (Task.objects.exists())
    assert not (Comment.objects.exists())


def test_an_answer_that_is_refused_does_not_finish_the_task(company, customer, clerk, manager):
    make_user(company, "sales", only_own_customers=True)
    asked = ask_question(company, About.of(customer), "Sent?", department="shipping", by=clerk)
    assert code_of(lambda: answer_task(asked, "@sales knows", finishes=True, by=manager)) == "may_not_see"
    assert Task.objects.get().done_at is None
