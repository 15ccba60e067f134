"""What a provider reports: signed, fresh, and meant for a payment of ours."""

from time import time
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.urls import reverse
from django.utils.crypto import salted_hmac

from payments.models import ProviderEvent, Receipt
from payments.online import BadSignature
from payments.online.practice import HEADER, Practice, event_of
from payments.online.signing import require_signature, signature_of
from payments.operations.take_provider_event import take_provider_event
from tests.payments.online import PAID, begun, session

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("test_provider")]


def test_an_event_that_is_not_signed_changed_or_old_is_refused(company: Any, customer: Any) -> None:
    payment = begun(customer)
    body, headers = event_of(session(payment), PAID)
    for wrong_body, wrong in [
        (body, {}),
        (body, {HEADER: "t=1,v1=ab"}),
        (body, {HEADER: "nonsense"}),
        (body, {HEADER: headers[HEADER][:-1] + ("0" if headers[HEADER][-1] != "0" else "1")}),
        (body.replace(b"10000", b"99999"), headers),
    ]:
        with pytest.raises(BadSignature):
            take_provider_event(Practice(), wrong_body, wrong)
    assert not ProviderEvent.objects.exists()


def test_a_signature_holds_for_five_minutes() -> None:
    require_signature(b"{}", b"key", signature_of(b"{}", b"key"))
    with pytest.raises(BadSignature, match="too old"):
        require_signature(b"{}", b"key", signature_of(b"{}", b"key", at=int(time()) - 301))
    with pytest.raises(BadSignature, match="somebody else"):
        require_signature(b"{}", b"other", signature_of(b"{}", b"key"))


def test_the_webhook_answers_by_what_came_of_the_event(company: Any, customer: Any, client: Client) -> None:
    payment = begun(customer)
    body, headers = event_of(session(payment), PAID)
    address = reverse("payment_webhook", args=["test"])

    def send(content: bytes, **more: str) -> Any:
        return client.post(address, content, content_type="application/json", headers=more)

    assert send(body).status_code == 400
    assert send(b"{}", **{HEADER: signature_of(b"{}", b"x")}).status_code == 400
    answers = [send(body, **headers) for _ in range(2)]
    assert [(each.status_code, each.json()["outcome"]) for each in answers] == [(200, "applied"), (200, "known")]
    assert client.get(address).status_code == 405
    assert client.post(reverse("payment_webhook", args=["nobody"])).status_code == 404
    assert client.post(address, b"x" * 600_000, content_type="application/json").status_code == 413


def test_without_the_test_provider_its_doors_are_shut(
    company: Any, customer: Any, client: Client, settings: Any
) -> None:
    payment = begun(customer)
    body, headers = event_of(session(payment), PAID)
    settings.TEST_PROVIDER = False
    address = reverse("payment_webhook", args=["test"])
    assert client.post(address, body, content_type="application/json", headers=headers).status_code == 404
    assert client.get(urlsplit(payment.checkout_url).path).status_code == 404
    assert not Receipt.objects.exists()


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"null", b'{"id": 1}', b"\xff", b'{"kind": "paid", "units": "x"}'])
def test_a_signed_event_that_says_nothing_we_know_is_refused(body: bytes) -> None:
    _, headers = event_of({"id": "x", "reference": "r", "units": 1, "currency": "EUR"}, PAID)
    key = salted_hmac("payments.online.practice", "webhook", algorithm="sha256").digest()
    with pytest.raises(BadSignature):
        Practice().read_event(body, headers | {HEADER: signature_of(body, key)})
