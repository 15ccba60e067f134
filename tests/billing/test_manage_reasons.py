"""The reasons for corrections that a company offers: by its screen, by the API, and who may change them."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from billing.models import ReasonCode
from billing.operations.manage_reasons import add_reason
from ledger.refusals import Refused
from office.models import AuditRecord
from tests import world

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(company: Any) -> Client:
    client = Client()
    client.force_login(world.make_user(company, "administrator"))
    return client


def test_a_company_begins_with_usual_reasons(company: Any) -> None:
    assert ReasonCode.objects.get(company=company, code="returned").words == "Goods returned"


def test_a_reason_is_added_and_retired_on_its_page(browser: Client, company: Any) -> None:
    browser.post(reverse("billing:reason_list"), {"code": "flood", "words": "Flood"})
    flood = ReasonCode.objects.get(company=company, code="flood")
    browser.post(reverse("billing:retire_reason", args=[flood.pk]))

    flood.refresh_from_db()
    assert (flood.words, flood.is_active) == ("Flood", False)
    assert AuditRecord.objects.filter(action__in=["add_reason", "retire_reason"]).count() == 2


@pytest.mark.parametrize(("code", "words"), [("", "x"), ("x", " "), ("x" * 21, "x"), ("x", "x" * 101)])
def test_a_reason_without_code_or_words_is_refused(company: Any, code: str, words: str) -> None:
    with pytest.raises(Refused) as refusal:
        add_reason(company, code, words, by=None)

    assert refusal.value.code == "bad_reason"


def test_a_known_code_is_refused_and_keeps_its_words(browser: Client, company: Any) -> None:
    answer = browser.post(reverse("billing:reason_list"), {"code": "returned", "words": "Came back"})

    assert "There is a reason with the code returned: Goods returned." in answer.content.decode()
    assert ReasonCode.objects.get(company=company, code="returned").words == "Goods returned"


def test_another_companys_reason_is_not_found(browser: Client) -> None:
    foreign = ReasonCode.objects.filter(company=world.make_company()).first()

    assert browser.post(reverse("billing:retire_reason", args=[foreign.pk])).status_code == 404
    foreign.refresh_from_db()
    assert foreign.is_active
