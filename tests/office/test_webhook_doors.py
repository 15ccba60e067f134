"""Webhooks on screen and by program: the secret shown once, what was told, and by whom it is managed."""

import json
from base64 import b64encode
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from standardwebhooks.webhooks import Webhook

from office.models import AuditRecord, IdempotentAnswer, WebhookDelivery, WebhookEndpoint
from office.webhooks.sending import deliver_to, spread
from tests import world
from tests.api.calling import Program, refused
from tests.browser.things.office import webhooks
from tests.office.listening import DAY
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db
SECRET = "whsec_" + b64encode(b"a secret of thirty-two bytes, so").decode()


@pytest.fixture
def administrator(company: Any) -> Any:
    return world.make_user(company, "administrator", name="Ada Min")


@pytest.fixture
def browser(administrator: Any) -> Client:
    client = Client()
    client.force_login(administrator)
    return client


@pytest.fixture
def program(administrator: Any) -> Program:
    return Program(administrator)


def test_a_program_is_added_tested_and_told(browser: Client, company: Any, customer: Any, receiver: Receiver) -> None:
    page = browser.get(reverse("office:webhook_new")).content.decode()
    assert "invoice.settled: Nothing is owed of an invoice" in page
    answer = browser.post(reverse("office:webhook_new"), {"name": "Shop", "url": receiver.url, "kinds": []})
    secret = answer.context["secret"]
    assert secret in answer.content.decode()
    assert "no-store" in answer["Cache-Control"]
    endpoint = WebhookEndpoint.objects.get()
    page = reverse("office:webhook", args=[endpoint.pk])
    assert secret not in browser.get(page).content.decode()

    assert browser.post(reverse("office:test_webhook", args=[endpoint.pk]))["Location"] == page
    world.issue(customer, "10.00", DAY)
    spread()
    assert deliver_to(endpoint.pk) == 2
    for got, kind in zip(receiver.got, ["test", "invoice.issued"], strict=True):
        assert Webhook(secret).verify(got.body, got.headers)["type"] == kind
    told = browser.get(page).content.decode()
    assert "INV-2026-0001" in told
    assert "Delivered" in told
    delivery = WebhookDelivery.objects.get(event__kind="invoice.issued")
    shown = browser.get(reverse("office:webhook_delivery", args=[endpoint.pk, delivery.pk])).content.decode()
    assert f"msg_{delivery.event.uid.hex}" in shown
    assert "204" in shown
    browser.post(reverse("office:send_webhook_again", args=[endpoint.pk, delivery.pk]))
    deliver_to(endpoint.pk)
    assert len(receiver.got) == 3
    acts = (
        AuditRecord.objects.filter(subject_type="office.webhookendpoint")
        .order_by("pk")
        .values_list("action", flat=True)
    )
    assert list(acts) == ["add_webhook_endpoint", "test_webhook_endpoint", "send_webhooks_again"]


def test_what_was_typed_wrong_stays_with_its_reason(browser: Client) -> None:
    typed = {"name": "Shop", "url": "https://10.0.0.1/hook", "kinds": ["invoice.issued"]}
    page = browser.post(reverse("office:webhook_new"), typed).content.decode()
    assert "10.0.0.1 lies inside a private network, where nothing is sent." in page
    assert 'value="https://10.0.0.1/hook"' in page
    assert not WebhookEndpoint.objects.exists()


def test_it_is_changed_paused_resumed_rotated_and_ended(browser: Client, company: Any, receiver: Receiver) -> None:
    browser.post(reverse("office:webhook_new"), {"name": "Shop", "url": receiver.url})
    endpoint = WebhookEndpoint.objects.get()

    def act(route: str, **typed: Any) -> Any:
        answer = browser.post(reverse(f"office:{route}", args=[endpoint.pk]), typed)
        endpoint.refresh_from_db()
        return answer

    act("webhook_edit", name="Till", url=receiver.url, kinds=["receipt.recorded"])
    assert (endpoint.name, endpoint.kinds) == ("Till", ["receipt.recorded"])
    act("pause_webhook")
    assert endpoint.pause_reason == "Paused by Ada Min."
    assert "Paused by Ada Min." in browser.get(reverse("office:webhook_list")).content.decode()
    act("resume_webhook")
    assert endpoint.paused_at is None
    before = endpoint.sealed_secret
    assert act("rotate_webhook_secret", hours="500")["Location"] == reverse("office:webhook", args=[endpoint.pk])
    assert endpoint.sealed_secret == before
    answer = act("rotate_webhook_secret", hours="24")
    assert "no-store" in answer["Cache-Control"]
    assert endpoint.sealed_old_secret == before
    act("end_webhook")
    assert endpoint.ended_at is not None
    assert browser.get(reverse("office:webhook", args=[endpoint.pk])).status_code == 404
    page = browser.get(reverse("office:webhook_list")).content.decode()
    assert "No program is told anything" in page


def test_by_program_all_of_it(program: Program, company: Any, customer: Any, receiver: Receiver) -> None:
    names = [each["name"] for each in program.get("webhook-events/").json()["results"]]
    assert "invoice.settled" in names
    body = {"name": "Shop", "url": receiver.url, "kinds": ["invoice.issued"], "secret": SECRET}
    made = program.post("webhooks/", body, key="one")
    assert made.status_code == 201
    assert made.json() == program.post("webhooks/", body, key="one").json()
    endpoint = made.json()["id"]
    assert [each["id"] for each in program.get("webhooks/").json()["results"]] == [endpoint]

    invoice = world.issue(customer, "10.00", DAY)
    spread()
    deliver_to(endpoint)
    assert Webhook(SECRET).verify(receiver.got[0].body, receiver.got[0].headers)["data"]["id"] == invoice.pk
    [delivery] = program.get(f"webhooks/{endpoint}/deliveries/").json()["results"]
    assert (delivery["state"], delivery["number"], delivery["object_id"]) == ("delivered", invoice.number, invoice.pk)
    assert program.get(f"webhooks/{endpoint}/deliveries/", state="given_up").json()["results"] == []
    tries = program.get(f"webhooks/{endpoint}/deliveries/{delivery['id']}/").json()["tries"]
    assert [each["status"] for each in tries] == [204]
    assert program.post(f"webhooks/{endpoint}/again/", {"deliveries": [delivery["id"]]}).json() == {"deliveries": 1}
    assert program.post(f"webhooks/{endpoint}/test/").status_code == 202

    other = "whsec_" + b64encode(b"another secret of thirty-two byt").decode()
    rotated = program.post(f"webhooks/{endpoint}/rotate/", {"secret": other, "overlap_hours": 2})
    assert rotated.json()["old_secret_until"]
    assert refused(program.post(f"webhooks/{endpoint}/rotate/", {"secret": other})) == (409, "same_secret")
    assert program.post(f"webhooks/{endpoint}/pause/").json()["pause_reason"] == "Paused by Ada Min."
    assert program.post(f"webhooks/{endpoint}/resume/").json()["paused_at"] is None
    changed = program.put(f"webhooks/{endpoint}/", {"name": "Till", "url": receiver.url})
    assert (changed.json()["name"], changed.json()["kinds"]) == ("Till", [])
    assert program.delete(f"webhooks/{endpoint}/").status_code == 204
    assert refused(program.get(f"webhooks/{endpoint}/")) == (404, "not_found")

    kept = json.dumps(list(IdempotentAnswer.objects.values("body", "request_hash")))
    assert SECRET.removeprefix("whsec_") not in kept
    assert other.removeprefix("whsec_") not in kept


def test_by_program_wrong_input_is_named(program: Program, company: Any, receiver: Receiver) -> None:
    body = {"name": "Shop", "url": receiver.url, "secret": SECRET}
    assert program.post("webhooks/", body | {"secret": ""}).json()["errors"]["secret"]
    assert refused(program.post("webhooks/", body | {"secret": "short"})) == (409, "bad_secret")
    assert refused(program.post("webhooks/", body | {"url": "https://[::1]/"})) == (409, "bad_address")
    assert refused(program.post("webhooks/", body | {"kinds": ["nothing"]})) == (409, "unknown_event")
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize("role", ["clerk", "manager", "auditor"])
def test_only_administrators_manage_them(company: Any, role: str) -> None:
    user = world.make_user(company, role)
    client = Client()
    client.force_login(user)
    assert client.get(reverse("office:webhook_list")).status_code == 403
    assert refused(Program(user).get("webhooks/")) == (403, "permission_denied")


def test_the_list_takes_as_many_queries_for_many_programs_as_for_few(browser: Client, company: Any) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert browser.get(reverse("office:webhook_list")).status_code == 200
        return len(captured)

    webhooks(company)
    queries()
    few = queries()
    for _ in range(6):
        webhooks(company)
    assert queries() == few
