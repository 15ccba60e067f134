"""A form sent after a log-out, or from a page older than the log-in, does nothing and gives back what was typed."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from customers.models import Customer
from tests import world

pytestmark = pytest.mark.django_db

OWN = {"Origin": "http://testserver"}
TYPED = {
    "name": 'Cedar "<b>"',
    "language": "en",
    "notes": "first\r\nsecond",
    "contacts-TOTAL_FORMS": "0",
    "contacts-INITIAL_FORMS": "0",
}


@pytest.fixture
def strict() -> Client:
    """A browser whose forms need their key, as outside tests."""
    return Client(enforce_csrf_checks=True)


def fields_of(page: str) -> list[str]:
    return [line for line in page.split("<") if line.startswith("input") and "csrfmiddlewaretoken" not in line]


def test_a_form_sent_after_a_log_out_comes_back_with_what_was_typed(client: Client, company: Any):
    answer = client.post(reverse("customers:new"), TYPED)

    assert (answer.status_code, Customer.objects.count()) == (401, 0)
    page = answer.content.decode()
    assert "You are logged out" in page
    assert "Send it again" in page
    assert len(fields_of(page)) == len(TYPED)
    assert 'name="name" value="Cedar &quot;&lt;b&gt;&quot;"' in page
    assert answer["Cache-Control"] == "no-store, private"


def test_a_form_older_than_the_log_in_comes_back_and_can_be_sent_again(strict: Client, company: Any):
    strict.force_login(world.make_user(company, "clerk"))
    first = strict.post(reverse("customers:new"), TYPED, headers=OWN)
    assert (first.status_code, Customer.objects.count()) == (403, 0)
    assert "Send it once more" in first.content.decode()

    key = strict.cookies["csrftoken"].value
    second = strict.post(reverse("customers:new"), TYPED | {"csrfmiddlewaretoken": key}, headers=OWN)

    assert (second.status_code, Customer.objects.get().name) == (302, TYPED["name"])


@pytest.mark.parametrize("origin", [{}, {"Origin": "https://evil.example"}, {"Origin": "null"}])
def test_what_another_site_sends_is_not_offered_to_be_sent_again(strict: Client, company: Any, origin: dict[str, str]):
    strict.force_login(world.make_user(company, "clerk"))
    answer = strict.post(reverse("customers:new"), TYPED, headers=origin)

    page = answer.content.decode()
    assert (answer.status_code, fields_of(page), "Cedar" in page) == (403, [], False)
    assert "This was not sent by a page of Duebook" in page


def test_no_page_gives_back_a_password(client: Client, company: Any):
    answer = client.post(reverse("office:change_password"), {"old_password": "secret-1", "new_password1": "secret-2"})
    page = answer.content.decode()
    assert (answer.status_code, "secret" in page, fields_of(page)) == (401, False, [])


def test_an_old_log_in_page_is_given_anew(strict: Client, company: Any):
    answer = strict.post(reverse("office:log_in"), {"username": "a", "password": "b"}, headers=OWN)
    assert (answer.status_code, answer["Location"]) == (302, reverse("office:log_in"))


@pytest.mark.parametrize(("method", "piece"), [("get", "billing:invoice_list"), ("post", "billing:live_totals")])
def test_a_piece_of_a_page_is_never_answered_by_the_log_in_page(client: Client, company: Any, method: str, piece: str):
    answer = getattr(client, method)(reverse(piece), headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content) == (401, b"")


def test_the_way_back_leads_to_no_other_site(client: Client, company: Any):
    answer = client.post(reverse("customers:new"), headers={"Referer": "https://evil.example/"})
    assert "evil.example" not in answer.content.decode()
