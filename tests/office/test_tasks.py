"""Tasks: made once, told by mail, done, given on; seen by who sees what they are about."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from ledger.refusals import Refused
from office.mail.handing_over import hand_over
from office.models import AuditRecord, OutgoingMail, Task, User
from office.operations import make_task as making
from office.operations.do_task import assign_task, finish_task, reopen_task
from office.operations.make_task import make_task
from office.talk.todo import waiting_tasks
from office.talk.topics import About, tasks_for
from tests.world import issue, make_company, make_customer, make_user

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 1)


def make(company: Any, key: str = "one", kind: str = "call", title: str = "Call Eva", **said: Any) -> Task:
    return make_task(company, kind, title, key=key, **{"by": None} | said)


def code_of(act: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def test_the_same_key_is_one_task_told_once(company, clerk):
    first = make(company, assignee=clerk)
    again = make(company, title="Call Otto")
    assert (again.pk, again.title, Task.objects.count()) == (first.pk, "Call Eva", 1)
    assert OutgoingMail.objects.get().staff == clerk
    assert AuditRecord.objects.filter(action="make_task").count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_job_that_runs_several_times_at_once_makes_one_task(in_parallel):
    company = make_company()
    clerk = make_user(company)
    results = in_parallel([lambda: make(company, assignee=clerk).pk] * 8)
    assert len(set(results)) == 1
    assert (OutgoingMail.objects.count(), AuditRecord.objects.filter(action="make_task").count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_look_after_a_clash_all_but_one_of_them_break(in_parallel, monkeypatch):
    company = make_company()
    monkeypatch.setattr(making, "_kept", lambda key: None)
    results = in_parallel([lambda: make(company).pk] * 8)
    assert sum(isinstance(each, DatabaseError) for each in results) == 7


@pytest.mark.django_db(transaction=True)
def test_a_task_that_cannot_be_told_is_not_made_either(monkeypatch):
    company = make_company()
    clerk = make_user(company)

    def breaks(task: Task, by: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(making, "tell", breaks)
    with pytest.raises(ZeroDivisionError):
        make(company, assignee=clerk)
    assert (Task.objects.count(), AuditRecord.objects.filter(action="make_task").count()) == (0, 0)


def test_a_task_is_due_today_unless_told(company):
    assert make(company).due_on == company.today()
    assert make(company, "two", due_on=DAY).due_on == DAY


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"title": " "}, "title_missing"),
        ({"department": "kitchen"}, "unknown_department"),
    ],
)
def test_what_cannot_be_a_task_is_refused(company, said, code):
    assert code_of(lambda: make(company, **said)) == code
    assert not Task.objects.exists()


def test_it_is_given_to_one_of_us_who_may_see_it(company, customer, clerk):
    stranger = make_user(make_company(legal_name="Other Ltd"))
    limited = make_user(company, "sales", only_own_customers=True)
    assert code_of(lambda: make(company, assignee=stranger)) == "not_a_colleague"
    assert code_of(lambda: make(company, assignee=clerk, department="sales")) == "two_receivers"
    assert code_of(lambda: make(company, assignee=limited, about=About.of(customer))) == "may_not_see"
    assert not Task.objects.exists()


def test_a_department_is_told_by_one_mail_each(company, clerk):
    people = [make_user(company, "colleague", department="shipping") for _ in range(2)]
    make_user(company, "colleague", department="shipping", is_active=False)
    make(company, department="shipping")
    assert {mail.staff for mail in OutgoingMail.objects.all()} == set(people)


def test_who_gives_it_to_themselves_gets_no_mail(company, clerk):
    make(company, assignee=clerk, by=clerk)
    assert not OutgoingMail.objects.exists()


def test_done_and_open_again(company, clerk):
    task = make(company)
    finish_task(task.pk, outcome=" She pays on Friday ", by=clerk)
    task.refresh_from_db()
    assert (task.done_by, task.outcome) == (clerk, "She pays on Friday")
    assert code_of(lambda: finish_task(task.pk, by=clerk)) == "already_done"
    assert code_of(lambda: assign_task(task.pk, assignee=clerk, department="", due_on=DAY, by=clerk)) == "already_done"
    reopen_task(task.pk, by=clerk)
    task.refresh_from_db()
    assert (task.done_at, task.done_by, task.outcome) == (None, None, "")
    assert code_of(lambda: reopen_task(task.pk, by=clerk)) == "not_done"
    assert [each.action for each in AuditRecord.objects.order_by("pk")][-2:] == ["finish_task", "reopen_task"]


def test_given_on_it_is_told_to_whom_it_is_given_each_time(company, clerk, manager):
    task = make(company, assignee=clerk)
    assign_task(task.pk, assignee=manager, department="", due_on=DAY, by=clerk)
    assign_task(task.pk, assignee=clerk, department="", due_on=DAY, by=manager)
    assign_task(task.pk, assignee=clerk, department="", due_on=DAY + timedelta(days=1), by=manager)
    assert [mail.staff for mail in OutgoingMail.objects.order_by("pk")] == [clerk, manager, clerk]
    args = {"assignee": clerk, "department": "", "due_on": DAY + timedelta(days=1), "by": clerk}
    assert code_of(lambda: assign_task(task.pk, **args)) == "nothing_changed"


# Who sees what


def test_a_task_is_seen_by_who_sees_what_it_is_about(company, customer, clerk):
    limited = make_user(company, "sales", only_own_customers=True)
    stranger = make_user(make_company(legal_name="Other Ltd"))
    about, bare = make(company, about=About.of(customer)), make(company, "two")
    receipt = make(company, "three", about=About("payments.receipt", 7, "RC"))
    assert set(tasks_for(limited)) == {bare}
    assert set(tasks_for(stranger)) == set()
    assert set(tasks_for(clerk)) == {about, bare}
    assert receipt not in tasks_for(clerk)  # there is no such receipt


def test_what_waits_for_a_person_is_theirs_their_departments_or_nobodys_by_today(company, clerk, manager):
    User.objects.filter(pk=clerk.pk).update(department="billing")
    person = User.objects.get(pk=clerk.pk)
    today = company.today()
    make(company, "theirs", assignee=clerk)
    make(company, "departments", department="billing", due_on=today - timedelta(days=3))
    make(company, "nobodys")
    make(company, "others", assignee=manager)
    make(company, "sales", department="sales")
    make(company, "tomorrow", assignee=clerk, due_on=today + timedelta(days=1))
    finish_task(make(company, "done", assignee=clerk).pk, by=clerk)
    assert waiting_tasks(person, company).count() == 3
    assert waiting_tasks(make_user(company, "auditor"), company).count() == 0


# The mail


@pytest.mark.django_db(transaction=True)
def test_the_mail_says_what_by_when_and_where_to_answer(relay, settings):
    settings.SITE_URL = "https://due.example"
    company = make_company()
    clerk = make_user(company)
    invoice = issue(make_customer(company), "120.00", DAY)
    task = make(
        company, title="Call {name} <b>", about=About.of(invoice), assignee=clerk, due_on=DAY, note="Ask\n\nkindly"
    )
    hand_over(OutgoingMail.objects.get().pk)
    [taken] = relay.taken
    text = taken.get_body(("plain",)).get_content()
    assert (taken["To"], taken["Subject"]) == (f"Clerk <{clerk.email}>", "Call {name} <b>")
    assert f"to be done by Mar 1, 2026, about {invoice.number}:" in text
    assert "Call {name} <b>\r\n\r\nAsk\r\n\r\nkindly" in text.replace("\n", "\r\n").replace("\r\r", "\r")
    assert f"https://due.example/tasks/{task.pk}/" in text
    assert "Call {name} &lt;b&gt;" in taken.get_body(("html",)).get_content()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("meanwhile", "why"),
    [
        (lambda task, clerk: finish_task(task.pk, by=None), "Not sent: it is done."),
        (
            lambda task, clerk: assign_task(task.pk, assignee=None, department="", due_on=DAY, by=clerk),
            "Not sent: it is somebody else's now.",
        ),
        (
            lambda task, clerk: User.objects.filter(pk=clerk.pk).update(is_active=False),
            "Not sent: they may not see it any more.",
        ),
        (lambda task, clerk: clerk.companies.clear(), "Not sent: they may not see it any more."),
    ],
)
def test_in_the_last_moment_it_is_asked_whether_it_is_theirs_still(relay, meanwhile, why):
    company = make_company()
    clerk = make_user(company)
    meanwhile(make(company, assignee=clerk), clerk)
    mail = OutgoingMail.objects.order_by("pk").first()
    hand_over(mail.pk)
    mail.refresh_from_db()
    assert (mail.status, mail.explanation, relay.taken) == ("cancelled", why, [])


# What the database refuses


def test_a_task_is_not_deleted_nor_made_another(company, clerk):
    task = make(company)
    for change in (
        {"key": "x"},
        {"kind": "letter"},
        {"about_type": "billing.invoice", "about_id": 1},
        {"made_by": clerk},
    ):
        with pytest.raises(DatabaseError, match="task_frozen|stays what it is"), transaction.atomic():
            Task.objects.filter(pk=task.pk).update(**change)
    with pytest.raises(DatabaseError, match="stays what it is"), transaction.atomic():
        task.delete()


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ({"about_type": "billing.invoice"}, "task_about_something_or_nothing"),
        ({"department": "sales", "assignee": "clerk"}, "task_of_a_person_or_department"),
        ({"outcome": "x"}, "task_done_at_a_moment"),
    ],
)
def test_a_task_that_contradicts_itself_is_refused_by_the_database(company, clerk, wrong, rule):
    wrong = {name: clerk if value == "clerk" else value for name, value in wrong.items()}
    with pytest.raises(DatabaseError, match=rule), transaction.atomic():
        Task.objects.create(company=company, key="x", kind="call", title="x", due_on=DAY, **wrong)
