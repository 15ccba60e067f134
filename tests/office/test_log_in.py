"""Coming in: the password, the second factor after it, and what opens nothing."""

import json
from typing import Any

import pytest
from django.test import Client

from office.models import AuditRecord, OutgoingMail, User
from office.operations.manage_factors import (
    renew_recovery_codes,
)
from office.ways_in.factors import factors_of, is_known_by_code
from tests import world
from tests.office.logging_in import is_in, shown, type_password, with_app

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_the_password_alone_lets_in_who_has_no_second_factor(client: Client, clerk: User):
    assert type_password(client, clerk)["Location"] == "/"
    assert is_in(client)
    assert AuditRecord.objects.get(action="log_in").after["by"] == "password"


def test_the_password_alone_lets_nobody_in_who_has_one(client: Client, clerk: User):
    with_app(clerk)
    assert type_password(client, clerk)["Location"] == "/log-in/code/"
    assert not is_in(client)
    assert client.post("/log-in/code/", {"code": "000000"}).status_code == 200
    assert not is_in(client)

    assert client.post("/log-in/code/", {"code": shown()})["Location"] == "/"
    assert is_in(client)
    assert "waits_for_factor" not in client.session
    assert AuditRecord.objects.get(action="log_in").after["by"] == "password and code"


def test_after_the_code_one_is_where_one_wanted_to_go_and_never_at_another_site(clerk: User):
    with_app(clerk)
    for page, later, wanted in (("/invoices/", 0, "/invoices/"), ("https://evil.example/", 1, "/")):
        browser = Client()
        browser.post("/log-in/", {"username": clerk.email, "password": world.PASSWORD, "next": page})
        assert browser.post("/log-in/code/", {"code": shown(later=later)})["Location"] == wanted


def test_a_code_opens_once(clerk: User):
    with_app(clerk)
    code = shown()
    assert is_known_by_code(clerk, code) == "code"
    assert is_known_by_code(clerk, code) == ""
    assert is_known_by_code(clerk, shown(later=-1)) == "", "it was used to set the app up"
    assert is_known_by_code(clerk, f"{shown(later=1)[:3]} {shown(later=1)[3:]}") == "code"


def test_whose_used_code_is_typed_again_is_told(client: Client, clerk: User):
    """By mail, as somebody has their password; of a code that never opened anything nobody is told."""
    recovery = with_app(clerk)[0]
    told = OutgoingMail.objects.filter(staff=clerk, subject__contains="a code that was used before")
    for code in (shown(), recovery):
        type_password(client, clerk)
        client.post("/log-in/code/", {"code": code})
        assert is_in(client)
        client.post("/log-out/")
        before = told.count()
        type_password(client, clerk)
        client.post("/log-in/code/", {"code": "1234567890"})
        assert told.count() == before
        client.post("/log-in/code/", {"code": code})
        assert (told.count(), is_in(client)) == (before + 1, False)


def test_a_code_is_remembered_by_the_row_and_nothing_else(clerk: User):
    """The control of the test above: with the row's memory gone, the same code opens again."""
    with_app(clerk)
    code = shown()
    is_known_by_code(clerk, code)
    factor = factors_of(clerk).get(type="totp")
    factor.data["last_step"] = 0
    factor.save()
    assert is_known_by_code(clerk, code) == "code"


def test_a_recovery_code_opens_once_and_few_are_said_to_be_few(client: Client, clerk: User):
    codes = with_app(clerk)
    for code in codes[:7]:
        browser = Client()
        type_password(browser, clerk)
        assert browser.post("/log-in/code/", {"code": f"{code[:5]} {code[5:]}"})["Location"] == "/"
    assert is_known_by_code(clerk, codes[0]) == ""
    assert "3 left" in browser.get("/me/security/").content.decode()

    renewed = renew_recovery_codes(clerk)
    assert not set(renewed) & set(codes)
    assert is_known_by_code(clerk, codes[9]) == ""
    assert is_known_by_code(clerk, renewed[9]) == "recovery code"


def test_the_right_password_waits_ten_minutes_for_its_second_factor_and_no_longer(client: Client, clerk: User):
    with_app(clerk)
    type_password(client, clerk)
    session = client.session
    session["waits_for_factor"] |= {"at": session["waits_for_factor"]["at"] - 601}
    session.save()
    assert client.post("/log-in/code/", {"code": shown()})["Location"] == "/log-in/"
    assert not is_in(client)


def test_a_password_that_changed_meanwhile_or_a_person_switched_off_lets_nobody_in(clerk: User):
    with_app(clerk)
    first, second = Client(), Client()
    type_password(first, clerk)
    type_password(second, clerk)
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    assert first.post("/log-in/code/", {"code": shown()})["Location"] == "/log-in/"
    User.objects.filter(pk=clerk.pk).update(is_active=True, password="argon2$other")
    assert second.post("/log-in/code/", {"code": shown()})["Location"] == "/log-in/"


RAW = ["", "AA", "pGF0", "o2NmbXRkbm9uZWdhdHRTdG10oGhhdXRoRGF0YVg", "gg" * 400, "\u00e9", 7, None, {}, []]


@pytest.mark.parametrize("raw", RAW, ids=lambda raw: str(raw)[:12])
def test_a_passkeys_answer_that_is_made_up_opens_nothing_and_breaks_nothing(client: Client, clerk: User, raw: Any):
    said = {"clientDataJSON": raw, "attestationObject": raw, "authenticatorData": raw, "signature": raw}
    answer = {"id": raw, "rawId": raw, "type": "public-key", "response": said | {"userHandle": raw}}
    client.post("/log-in/passkey/")
    assert client.post("/log-in/", {"passkey": json.dumps(answer)}).status_code == 302
    assert not is_in(client)

    client.force_login(clerk)
    client.get("/me/security/passkey/")
    made = client.post("/me/security/passkey/", {"name": "Phone", "passkey": json.dumps(answer)})
    assert made.status_code == 422
    assert not factors_of(clerk).exists()


@pytest.mark.parametrize("text", ["", "[]", "{", "7", '{"response": 1}', '{"response": {"a": "\\u0000"}}', "[" * 9999])
def test_what_is_no_answer_at_all_opens_nothing_either(client: Client, clerk: User, text: str):
    client.post("/log-in/passkey/")
    assert client.post("/log-in/", {"passkey": text}).status_code == 302
    assert not is_in(client)
