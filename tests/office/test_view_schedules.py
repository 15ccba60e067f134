"""Views by mail: when they are due, to whom they go, once each, and each as its receiver sees it then."""

import io
from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import openpyxl
import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from customers.models import Customer
from ledger.refusals import Refused
from office.hours.view_times import next_due
from office.mail.handing_over import hand_over
from office.mail.message import KeptMessage, read_message
from office.models import AuditRecord, MailStatus, OutgoingMail, SavedView, Task, ViewSchedule, ViewSending
from office.operations import send_views
from office.operations.keep_view import delete_view, save_view
from office.operations.schedule_view import (
    ScheduleDetails,
    add_schedule,
    change_schedule,
    pause_schedule,
    remove_schedule,
    resume_schedule,
)
from office.operations.send_views import due_schedules, send_schedule
from office.operations.set_own_day import set_own_day
from office.tasks import send_due_views
from office.web import view_mail
from office.web.asking import KnownAddress
from tests.world import issue, make_company, make_customer, make_user

DAY = date(2026, 3, 1)
MONDAY = datetime(2026, 3, 2, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


@pytest.fixture
def view(company, manager) -> SavedView:
    return save_view(company, "Our invoices", KnownAddress("/invoices/", "?sort=number", "Invoices"), by=manager)


def details(*people: Any, **said: Any) -> ScheduleDetails:
    usual = {"format": "xlsx", "rhythm": "working_day", "hour": 7}
    return ScheduleDetails(**usual | said, people=people)


def scheduled(view: SavedView, *people: Any, now: datetime = MONDAY, **said: Any) -> ViewSchedule:
    return add_schedule(view.pk, details(*(people or (view.owner,)), **said), now=now, by=view.owner)


def due_now(view: SavedView, *people: Any, **said: Any) -> ViewSchedule:
    """A schedule whose time has just come."""
    schedule = scheduled(view, *people, now=timezone.now(), **said)
    ViewSchedule.objects.filter(pk=schedule.pk).update(next_at=timezone.now())
    return schedule


def sent() -> dict[Any, KeptMessage]:
    """Each mail that left, by its receiver."""
    for mail in OutgoingMail.objects.filter(kind="view"):
        hand_over(mail.pk)
    left = OutgoingMail.objects.filter(kind="view", status=MailStatus.SENT).select_related("staff")
    return {mail.staff: read_message(bytes(mail.kept_message)) for mail in left}


def numbers_in(message: KeptMessage) -> list[str]:
    """The invoices of the file that came along."""
    sheet = openpyxl.load_workbook(io.BytesIO(message.attachments[0].content)).worksheets[0]
    return [row[0] for row in sheet.iter_rows(min_row=2, values_only=True) if row[0] and row[0].startswith("INV")]


def next_after(view: SavedView, after: str, **said: Any) -> str:
    schedule = scheduled(view, now=datetime.fromisoformat(after), **said)
    return schedule.next_at.isoformat(timespec="minutes")


SUNDAY_AT_TWO = {"rhythm": "week_day", "week_day": 6, "hour": 2}
"""An hour that is left out on the last Sunday of March, and is there twice on that of October."""


@pytest.mark.parametrize(
    ("after", "said", "due"),
    [
        ("2026-03-02T05:59+00:00", {}, "2026-03-02T06:00+00:00"),
        ("2026-03-02T06:00+00:00", {}, "2026-03-03T06:00+00:00"),
        ("2026-03-06T06:00+00:00", {}, "2026-03-09T06:00+00:00"),  # no week-end
        ("2026-04-02T12:00+00:00", {}, "2026-04-07T05:00+00:00"),  # nor Easter; and the clocks went forward
        ("2026-03-27T12:00+00:00", SUNDAY_AT_TWO, "2026-03-29T01:00+00:00"),
        ("2026-10-24T12:00+00:00", SUNDAY_AT_TWO, "2026-10-25T00:00+00:00"),
        ("2026-10-25T00:00+00:00", SUNDAY_AT_TWO, "2026-11-01T01:00+00:00"),
        ("2026-02-10T12:00+00:00", {"rhythm": "month_day", "month_day": 31}, "2026-02-28T06:00+00:00"),
        ("2026-02-28T06:00+00:00", {"rhythm": "month_day", "month_day": 31}, "2026-03-31T05:00+00:00"),
        ("2026-04-15T12:00+00:00", {"rhythm": "month_day", "month_day": 15}, "2026-05-15T05:00+00:00"),
    ],
)
def test_it_is_due_by_the_companys_clock_and_days(view, after, said, due):
    assert next_after(view, after, **said) == due


def test_a_day_that_the_company_does_not_work_is_left_out(view, company):
    set_own_day(company, date(2026, 3, 3), is_worked=False, name="Outing", by=None)
    assert next_after(view, "2026-03-02T12:00+00:00") == "2026-03-04T06:00+00:00"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"rhythm": "week_day"}, "week_day_missing"),
        ({"rhythm": "month_day"}, "month_day_missing"),
        ({"rhythm": "month_day", "month_day": 32}, "month_day_missing"),
        ({"hour": 24}, "bad_hour"),
    ],
)
def test_a_schedule_names_its_day_and_hour(view, said, code):
    with pytest.raises(Refused) as refusal:
        scheduled(view, **said)
    assert (refusal.value.code, ViewSchedule.objects.count()) == (code, 0)


def test_it_goes_to_colleagues_alone(view, company):
    stranger = make_user(make_company(legal_name="Other"))
    gone = make_user(company, is_active=False)
    for people, code in (([], "nobody"), ([stranger], "not_a_colleague"), ([gone], "not_a_colleague")):
        with pytest.raises(Refused) as refusal:
            add_schedule(view.pk, details(*people), now=MONDAY, by=view.owner)
        assert refusal.value.code == code
    with pytest.raises(Refused):
        add_schedule(view.pk, details(*[view.owner] * 51), now=MONDAY, by=view.owner)
    assert ViewSchedule.objects.count() == 0


@pytest.mark.parametrize("said", [{"rhythm": "week_day"}, {"rhythm": "month_day"}, {"week_day": 1}, {"hour": 24}])
def test_the_database_refuses_a_schedule_without_its_day(view, said):
    values = {"format": "csv", "rhythm": "working_day", "hour": 7} | said
    with pytest.raises(IntegrityError), transaction.atomic():
        ViewSchedule.objects.create(view=view, **values)


def test_each_gets_what_they_see_themselves(view, company, manager, customer):
    limited = make_user(company, "sales", name="Sal", only_own_customers=True)
    mine = make_customer(company, "Sals GmbH")
    Customer.objects.filter(pk=mine.pk).update(sales_owner=limited)
    ours, theirs = issue(mine, "5.00", DAY), issue(customer, "10.00", DAY)
    due_now(view, manager, limited)

    assert send_due_views() == 1
    mails = sent()
    assert numbers_in(mails[manager]) == [ours.number, theirs.number]
    assert numbers_in(mails[limited]) == [ours.number]
    assert mails[manager].attachments[0].name == f"invoices-{company.today()}.xlsx"
    assert "You have it sent each working day at 07:00." in mails[manager].text
    assert f"{manager} has it sent" in mails[limited].text
    assert "/invoices/?sort=number" in mails[manager].text.replace("=\n", "")


@pytest.mark.parametrize(("wanted", "kind"), [("csv", "text/csv"), ("pdf", "application/pdf")])
def test_it_comes_in_the_format_asked_for(view, manager, customer, wanted, kind):
    issue(customer, "5.00", DAY)
    due_now(view, format=wanted)
    send_due_views()
    attachment = sent()[manager].attachments[0]
    assert (attachment.content_type, attachment.name.endswith(f".{wanted}")) == (kind, True)


def test_whoever_lost_the_right_gets_none_and_the_owner_is_told(view, company, manager, customer):
    clerk = make_user(company, name="Clara")
    issue(customer, "5.00", DAY)
    due_now(view, manager, clerk)
    send_due_views()
    clerk.groups.clear()

    assert list(sent()) == [manager]
    refused = ViewSending.objects.get(person=clerk)
    assert (refused.mail.status, refused.refusal) == (
        MailStatus.CANCELLED,
        "This person may not see this page, or what it is about.",
    )
    task = Task.objects.get()
    assert (task.title, task.assignee) == ("Clara did not get “Our invoices” by mail", manager)


def test_whoever_works_here_no_more_gets_none(view, company, manager, customer):
    clerk = make_user(company, name="Clara")
    due_now(view, clerk)
    send_due_views()
    clerk.companies.set([])
    assert sent() == {}
    assert ViewSending.objects.get().refusal == "This person does not work here any more."


def test_a_file_that_is_too_large_is_refused_in_words(view, manager, customer, monkeypatch):
    monkeypatch.setattr(view_mail, "MOST_BYTES", 1_000)
    due_now(view)
    send_due_views()
    assert sent() == {}
    assert "which mails seldom carry. Narrow the view." in ViewSending.objects.get().refusal


def test_an_address_that_answers_no_file_is_refused(company, manager):
    view = save_view(company, "Mail", KnownAddress("/tasks/new/", "", "Tasks"), by=manager)
    due_now(view)
    send_due_views()
    assert sent() == {}
    assert ViewSending.objects.get().refusal == "This page answers no such file."


def test_any_page_of_ours_that_answers_a_file_can_be_mailed(company, manager, customer):
    issue(customer, "5.00", DAY)
    view = save_view(company, "Ageing", KnownAddress(reverse("reports:ageing"), "?by=due_on", "Ageing"), by=manager)
    due_now(view)
    send_due_views()
    attachment = sent()[manager].attachments[0]
    assert attachment.name.startswith("ageing-")
    assert openpyxl.load_workbook(io.BytesIO(attachment.content)).sheetnames[0] == "Ageing by customer"


def test_what_is_paused_or_removed_meanwhile_is_not_sent(view, manager):
    paused, removed, deleted = due_now(view), due_now(view), due_now(view)
    other = save_view(view.company, "Other", KnownAddress("/invoices/", "", "Invoices"), by=manager)
    ViewSchedule.objects.filter(pk=deleted.pk).update(view=other)
    assert send_due_views() == 3
    pause_schedule(paused.pk, by=manager)
    remove_schedule(removed.pk, by=manager)
    delete_view(other.pk, by=manager)

    assert sent() == {}
    said = set(OutgoingMail.objects.filter(kind="view").values_list("status", "explanation"))
    assert said == {
        ("cancelled", "Not sent: its schedule is paused."),
        ("cancelled", "Not sent: its schedule was removed."),
    }


def test_pausing_and_resuming(view, manager):
    schedule = scheduled(view)
    pause_schedule(schedule.pk, by=manager)
    assert due_schedules(MONDAY + timedelta(days=9)) == []
    with pytest.raises(Refused):
        pause_schedule(schedule.pk, by=manager)
    assert change_schedule(schedule.pk, details(manager, hour=9), now=MONDAY, by=manager).next_at is None

    resume_schedule(schedule.pk, now=MONDAY, by=manager)
    schedule.refresh_from_db()
    assert (schedule.hour, schedule.next_at) == (9, datetime(2026, 3, 3, 8, tzinfo=UTC))
    with pytest.raises(Refused):
        resume_schedule(schedule.pk, now=MONDAY, by=manager)
    remove_schedule(schedule.pk, by=manager)
    with pytest.raises(Refused):
        remove_schedule(schedule.pk, by=manager)
    acts = list(AuditRecord.objects.order_by("pk").values_list("action", flat=True))
    assert acts[1:] == ["add_schedule", "pause_schedule", "change_schedule", "resume_schedule", "remove_schedule"]


def test_after_days_in_which_nobody_looked_it_is_sent_once(view):
    schedule = scheduled(view)
    late = MONDAY + timedelta(days=10)
    assert [send_schedule(schedule.pk, now=late) for _ in range(2)] == [1, 0]
    schedule.refresh_from_db()
    assert (ViewSending.objects.count(), schedule.next_at) == (1, datetime(2026, 3, 13, 6, tzinfo=UTC))


def test_a_view_whose_owner_left_is_paused_and_administrators_are_told(view, company, manager, clerk):
    administrator = make_user(company, "administrator")
    schedule = due_now(view, clerk)
    manager.is_active = False
    manager.save()
    send_due_views()

    schedule.refresh_from_db()
    assert (schedule.next_at, ViewSending.objects.count()) == (None, 0)
    assert OutgoingMail.objects.get(kind="failure").staff == administrator


def test_nothing_is_due_before_its_time(view):
    schedule = scheduled(view)
    assert due_schedules(schedule.next_at - timedelta(seconds=1)) == []
    assert send_schedule(schedule.pk, now=schedule.next_at - timedelta(seconds=1)) == 0
    assert due_schedules(schedule.next_at) == [schedule.pk]


def test_for_one_time_and_person_there_is_one_sending(view, manager):
    schedule = scheduled(view)
    ViewSending.objects.create(schedule=schedule, person=manager, due_at=MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        ViewSending.objects.create(schedule=schedule, person=manager, due_at=MONDAY)


def look_at_once(schedule: ViewSchedule, workers: int = 2) -> list[Any]:
    """What some workers that look at the same moment, each with a connection of its own, come to."""
    ready, answers = Barrier(workers), []

    def look() -> None:
        ready.wait()
        try:
            answers.append(send_schedule(schedule.pk, now=timezone.now()))
        except IntegrityError as error:
            answers.append(type(error))
        finally:
            connection.close()

    threads = [Thread(target=look) for _ in range(workers)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


@pytest.mark.django_db(transaction=True)
def test_two_workers_that_look_at_once_send_once(view, manager):
    schedule = due_now(view)
    assert sorted(look_at_once(schedule)) == [0, 1]
    assert (ViewSending.objects.count(), OutgoingMail.objects.filter(kind="view").count()) == (1, 1)


@pytest.mark.django_db(transaction=True)
def test_without_the_lock_the_database_lets_one_of_them_through(view, manager, monkeypatch):
    """The control of the one before: both begin, and one time and person has one row still."""
    schedule, both = due_now(view), Barrier(2)

    def unlocked(schedule_id: int, now: datetime) -> ViewSchedule:
        found = ViewSchedule.objects.select_related("view__company", "view__owner").get(pk=schedule_id)
        both.wait()
        return found

    monkeypatch.setattr(send_views, "held_and_due", unlocked)
    assert sorted(look_at_once(schedule), key=str) == [1, IntegrityError]
    assert (ViewSending.objects.count(), OutgoingMail.objects.filter(kind="view").count()) == (1, 1)


@pytest.fixture
def browser(manager) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def test_a_schedule_on_its_pages(browser, view, company, manager, customer):
    clerk = make_user(company, name="Clara")
    typed = {"format": "pdf", "rhythm": "week_day", "week_day": "0", "month_day": "", "hour": "7"}
    answer = browser.post(reverse("office:schedule_new", args=[view.pk]), typed | {"people": [manager.pk, clerk.pk]})
    schedule = ViewSchedule.objects.get()
    address = reverse("office:schedule", args=[schedule.pk])
    assert answer.url == address
    page = browser.get(address).content.decode()
    assert "Each Monday at 07:00." in page
    assert "Nothing was sent yet." in page

    ViewSchedule.objects.update(next_at=timezone.now())
    send_due_views()
    sent()
    page = browser.get(address).content.decode()
    assert page.count("Clara") == 2  # sent to, and to be chosen
    assert page.count("Sent</span>") == 2
    browser.post(address, typed | {"hour": "9", "people": [clerk.pk]})
    for act, after in (("pause", None), ("resume", 9)):
        browser.post(reverse(f"office:schedule_{act}", args=[schedule.pk]))
        schedule.refresh_from_db()
        assert (schedule.next_at and schedule.hour) == after
    browser.post(reverse("office:schedule_remove", args=[schedule.pk]))
    assert ViewSchedule.objects.count() == 0


def test_a_schedule_is_its_owners_alone(view, company, clerk):
    schedule = scheduled(view)
    SavedView.objects.update(is_shared=True)
    stranger = Client()
    stranger.force_login(clerk)
    for name, thing in (("schedule", schedule), ("schedule_pause", schedule), ("schedule_new", view)):
        assert stranger.post(reverse(f"office:{name}", args=[thing.pk])).status_code == 404
    schedule.refresh_from_db()
    assert schedule.next_at


def test_what_went_to_somebody_is_theirs_to_read_alone(view, company, manager, clerk, browser):
    issue(make_customer(company, "Acme"), "5.00", DAY)
    due_now(view, clerk)
    send_due_views()
    sent()
    mail = OutgoingMail.objects.get(kind="view")
    assert browser.get(reverse("office:mail", args=[mail.pk])).status_code == 404
    own = Client()
    own.force_login(clerk)
    assert own.get(reverse("office:mail_attachment", args=[mail.pk, 0])).status_code == 200


def test_next_due_is_always_later(view, company):
    schedule = scheduled(view, rhythm="month_day", month_day=31)
    moment = MONDAY
    for _ in range(24):
        later = next_due(schedule, company, moment)
        assert moment < later <= moment + timedelta(days=32)
        moment = later
