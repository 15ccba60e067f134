"""Who may call: tokens, and a log-in's session."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from ledger.refusals import Refused
from office.models import ApiToken, AuditRecord
from office.operations.create_api_token import create_api_token
from office.operations.revoke_api_token import revoke_api_token
from tests import world
from tests.api.calling import Program, refused


def test_without_a_log_in_nothing_is_told(db):
    answer = Program(None).get("customers/")

    assert refused(answer) == (401, "not_authenticated")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("shown", ["Bearer made-up", "Bearer", "Bearer é"])
def test_a_token_that_is_not_ours_is_refused(db, shown):
    answer = APIClient().get("/api/v1/customers/", headers={"Authorization": shown})
    assert refused(answer) == (401, "bad_token")


def test_only_a_tokens_hash_is_kept(clerk):
    token, secret = create_api_token("Shop", by=clerk)

    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert secret not in str(row)
    assert secret not in str(list(AuditRecord.objects.values()))
    assert len(secret) == len("duebook_") + 43


def test_a_revoked_token_stops_at_once(program, clerk):
    revoke_api_token(ApiToken.objects.get().pk, by=clerk)

    assert refused(program.get("customers/")) == (401, "bad_token")
    with pytest.raises(Refused) as refusal:
        revoke_api_token(ApiToken.objects.get().pk, by=clerk)
    assert refusal.value.code == "already_revoked"
    assert list(AuditRecord.objects.order_by("id").values_list("action", flat=True)) == [
        "create_api_token",
        "revoke_api_token",
    ]


def test_the_token_of_somebody_who_left_is_refused(program, clerk):
    clerk.is_active = False
    clerk.save()

    assert refused(program.get("customers/")) == (401, "bad_token")


def test_a_tokens_last_use_is_noted_at_most_once_a_minute(program):
    program.get("customers/")
    first = ApiToken.objects.get().last_used_at
    program.get("customers/")
    assert ApiToken.objects.get().last_used_at == first

    ApiToken.objects.update(last_used_at=timezone.now() - timedelta(minutes=2))
    program.get("customers/")
    assert ApiToken.objects.get().last_used_at > first


def test_a_log_in_opens_the_api_and_writes_only_from_our_own_pages(clerk):
    browser = APIClient(enforce_csrf_checks=True)
    browser.force_login(clerk)
    body = {"name": "Elm"}

    assert browser.get("/api/v1/customers/").status_code == 200
    forged = browser.post("/api/v1/customers/", body, format="json", headers={"Idempotency-Key": "K"})
    assert refused(forged) == (403, "permission_denied")


def test_a_method_that_is_not_there_is_refused_as_such(program):
    assert refused(program.delete("customers/")) == (405, "method_not_allowed")
    assert refused(APIClient().options("/api/v1/customers/")) == (405, "method_not_allowed")


@pytest.fixture
def browser(clerk):
    client = Client()
    client.force_login(clerk)
    return client


def test_a_new_token_is_shown_once(browser, clerk):
    page = browser.post("/me/tokens/", {"name": "Shop", "everything": "on", "days": "365"})

    secret = page.context["secret"]
    assert secret in page.content.decode()
    assert page["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    later = browser.get("/me/tokens/").content.decode()
    assert "Shop" in later
    assert secret not in later
    headers = {"Authorization": f"Bearer {secret}"}
    assert APIClient().get("/api/v1/customers/", headers=headers).status_code == 200


def test_a_token_without_a_name_is_not_made(browser):
    browser.post("/me/tokens/", {"name": " ", "everything": "on", "days": "365"})
    assert not ApiToken.objects.exists()


def test_one_revokes_ones_own_tokens_alone(browser, clerk, manager):
    mine, _ = create_api_token("Mine", by=clerk)
    other, _ = create_api_token("Theirs", by=manager)

    assert browser.post(f"/me/tokens/{mine.pk}/revoke/").status_code == 302
    assert browser.post(f"/me/tokens/{other.pk}/revoke/").status_code == 404
    assert [token.revoked_at is None for token in ApiToken.objects.order_by("id")] == [False, True]
    assert "Theirs" not in browser.get("/me/tokens/").content.decode()


def test_a_role_without_any_right_makes_no_token(company):
    user = world.make_user(company)
    user.groups.clear()
    client = Client()
    client.force_login(user)

    assert client.get("/me/tokens/").status_code == 403


def test_the_audit_trail_shows_who_made_themselves_a_token(company):
    auditor, stranger = world.make_user(company, "auditor"), world.make_user(world.make_company(), "auditor")
    create_api_token("ledger export", by=auditor)

    for user, is_shown in ((auditor, True), (stranger, False)):
        browser = Client()
        browser.force_login(user)
        assert ("ledger export" in browser.get("/audit/").content.decode()) is is_shown
