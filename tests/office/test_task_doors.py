"""Tasks, comments and questions on the pages and by program."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from office.models import Comment, Task, User
from office.operations.make_task import make_task
from office.talk.topics import About
from tests.api.calling import Program, refused
from tests.world import issue, make_company, make_user, receive

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)


@pytest.fixture
def invoice(customer):
    return issue(customer, "120.00", DAY)


@pytest.fixture
def browser(clerk) -> Client:
    client = Client()
    client.force_login(clerk)
    return client


def make(company: Any, key: str = "one", title: str = "Call Eva", **said: Any) -> Task:
    return make_task(company, "call", title, key=key, by=None, **said)


def page(browser: Client, name: str, *args: Any, **query: str) -> str:
    answer = browser.get(reverse(f"office:{name}", args=args), query)
    assert answer.status_code == 200
    return answer.content.decode()


def send(browser: Client, name: str, *args: Any, **typed: Any) -> Any:
    return browser.post(reverse(f"office:{name}", args=args), typed, follow=True)


def test_the_list_shows_what_is_open_and_what_is_done_where_asked(browser, company, clerk):
    make(company, title="Call Eva")
    late = make(company, "two", "Post it", due_on=DAY)
    done = make(company, "three", "Long done", assignee=make_user(company))
    send(browser, "finish_task", done.pk)
    html = page(browser, "task_list")
    assert html.index("Post it") < html.index("Call Eva")
    assert "Long done" not in html
    assert "Long done" in page(browser, "task_list", show="done")
    assert "Call Eva" not in page(browser, "task_list", show="overdue")
    assert '<span class="count">2' in html
    assert Task.objects.get(pk=late.pk).done_at is None


def test_mine_are_mine_my_departments_and_nobodys(browser, company, clerk, manager):
    User.objects.filter(pk=clerk.pk).update(department="billing")
    for key, said in {
        "mine": {"assignee": clerk},
        "departments": {"department": "billing"},
        "nobodys": {},
        "theirs": {"assignee": manager},
    }.items():
        make(company, key, f"Task {key}", **said)
    html = page(browser, "task_list", show="mine")
    assert [f"Task {key}" in html for key in ("mine", "departments", "nobodys", "theirs")] == [True, True, True, False]


def test_a_task_is_typed_once_given_on_done_and_opened_again(browser, company, clerk, manager):
    typed = {"title": "Ring Otto", "note": "kindly", "receiver": "", "due_on": str(company.today()), "key": "k"}
    send(browser, "task_new", **typed)
    send(browser, "task_new", **typed)
    task = Task.objects.get()
    assert (task.title, task.made_by, task.whose) == ("Ring Otto", clerk, "")
    send(browser, "assign_task", task.pk, receiver=f"u{manager.pk}", due_on="2030-01-01")
    task.refresh_from_db()
    assert (task.assignee, task.due_on) == (manager, date(2030, 1, 1))
    send(browser, "assign_task", task.pk, receiver="sales", due_on="2030-01-01")
    send(browser, "finish_task", task.pk)
    assert "Not done after all" in page(browser, "task", task.pk)
    send(browser, "reopen_task", task.pk)
    task.refresh_from_db()
    assert (task.department, task.done_at) == ("sales", None)


def test_a_comment_stands_on_the_papers_page_and_is_taken_back(browser, invoice, clerk):
    send(browser, "say", "billing.invoice", invoice.pk, body="Goods <b>left</b>")
    html = browser.get(reverse("billing:invoice", args=[invoice.pk])).content.decode()
    assert "Goods &lt;b&gt;left&lt;/b&gt;" in html
    assert "Take back" in html
    send(browser, "withdraw_comment", Comment.objects.get().pk)
    html = browser.get(reverse("billing:invoice", args=[invoice.pk])).content.decode()
    assert ("Goods" in html, "Taken back." in html) == (False, True)


def test_what_was_typed_is_not_lost_where_a_name_may_be_two_peoples(browser, company, invoice):
    for _ in range(2):
        make_user(company, "sales", name="Ada")
    answer = send(browser, "say", "billing.invoice", invoice.pk, body="@Ada look")
    assert "@ada may be several people" in answer.content.decode()
    assert "@Ada look</textarea>" in answer.content.decode()
    assert not Comment.objects.exists()


def test_a_question_is_asked_answered_and_done_on_the_pages(browser, company, invoice, clerk):
    shipper = make_user(company, "colleague", department="shipping")
    send(browser, "ask", "billing.invoice", invoice.pk, body="Sent?", receiver="shipping", due_on=str(company.today()))
    task = Task.objects.get()
    theirs = Client()
    theirs.force_login(shipper)
    assert "Sent?" in page(theirs, "task", task.pk)
    send(theirs, "answer_task", task.pk, body="On Monday", done="1")
    html = browser.get(reverse("billing:invoice", args=[invoice.pk])).content.decode()
    assert "On Monday" in html
    assert Task.objects.get().done_by == shipper


@pytest.mark.parametrize("kind", ["customers.customer", "billing.invoice", "payments.receipt"])
def test_each_kind_of_paper_can_be_talked_about(browser, customer, invoice, kind):
    things = {
        "customers.customer": customer,
        "billing.invoice": invoice,
        "payments.receipt": receive(customer, "5.00", DAY),
    }
    answer = send(browser, "say", kind, things[kind].pk, body="Look")
    assert "<p>Look</p>" in answer.content.decode()


def test_what_one_may_not_see_one_cannot_talk_about(browser, company, invoice):
    other = make_company(legal_name="Other Ltd")
    task = make(other)
    comment = Comment.objects.create(
        company=other, about_type="customers.customer", about_id=0, by=make_user(other), body="x"
    )
    limited = Client()
    limited.force_login(make_user(company, "sales", only_own_customers=True))
    assert limited.post(reverse("office:say", args=["billing.invoice", invoice.pk]), {"body": "x"}).status_code == 404
    assert limited.get(reverse("office:ask", args=["billing.invoice", invoice.pk])).status_code == 404
    for name in ("task", "finish_task", "reopen_task", "assign_task", "answer_task"):
        method = browser.get if name == "task" else browser.post
        assert method(reverse(f"office:{name}", args=[task.pk])).status_code == 404
    assert browser.post(reverse("office:withdraw_comment", args=[comment.pk])).status_code == 404
    assert browser.get(reverse("office:ask", args=["no.such", 1])).status_code == 404


def test_an_auditor_reads_and_does_not_write(company, invoice):
    auditor = Client()
    auditor.force_login(make_user(company, "auditor"))
    task = make(company)
    assert auditor.get(reverse("office:task", args=[task.pk])).status_code == 200
    assert auditor.post(reverse("office:finish_task", args=[task.pk])).status_code == 403
    assert auditor.post(reverse("office:say", args=["billing.invoice", invoice.pk])).status_code == 403


def test_programs_do_the_same(company, customer, clerk, manager):
    program = Program(clerk)
    about = {"about_type": "customers.customer", "about_id": customer.pk}
    body = {"title": "Ring", "kind": "call", "assignee": manager.pk, **about}
    made = program.post("tasks/", body, key="K")
    assert (made.status_code, made.json()["about_name"]) == (201, str(customer))
    assert program.post("tasks/", body, key="K").json()["id"] == made.json()["id"]
    task = f"tasks/{made.json()['id']}/"
    assert [each["title"] for each in program.get("tasks/").json()["results"]] == ["Ring"]
    assert program.get("tasks/", mine="true").json()["results"] == []
    due = str(company.today() + timedelta(days=2))
    assert program.post(f"{task}assign/", {"department": "sales", "due_on": due}).json()["due_on"] == due
    said = program.post(f"{task}answer/", {"body": "Rang", "done": True})
    assert (said.status_code, said.json()["body"]) == (201, "Rang")
    assert refused(program.post(f"{task}finish/", {})) == (409, "already_done")
    assert program.post(f"{task}reopen/").json()["done_at"] is None
    assert [each["body"] for each in program.get(task).json()["comments"]] == ["Rang"]
    asked = program.post("questions/", {"body": "Sent?", "department": "shipping", **about})
    assert (asked.status_code, asked.json()["kind"]) == (201, "question")
    kept = program.post("comments/", {"body": "@manager x", **about}).json()
    assert kept["mentions"] == [manager.pk]
    assert program.post(f"comments/{kept['id']}/withdraw/").json()["body"] == ""
    assert len(program.get("comments/", **about).json()["results"]) == 3
    assert program.post("tasks/", {"title": "x", "assignee": make_user(make_company("GBP")).pk}).status_code == 404
    assert program.get("comments/", about_type="no.such", about_id=1).status_code == 404


def test_a_task_about_a_paper_links_to_it(browser, company, invoice):
    task = make(company, about=About.of(invoice))
    assert reverse("billing:invoice", args=[invoice.pk]) in page(browser, "task", task.pk)
    assert invoice.number in page(browser, "task_list")
