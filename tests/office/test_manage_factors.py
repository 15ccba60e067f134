"""Second factors: set up, renewed, lost and taken away, and who has to have one."""

import io
from typing import Any
from unittest.mock import ANY

import pytest
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.core.management import call_command
from django.test import Client

from ledger.refusals import Refused
from office.models import AuditRecord, OutgoingMail, User
from office.operations.manage_factors import (
    remove_factor,
    renew_recovery_codes,
    set_factor_rules,
    take_factors,
)
from office.ways_in.factors import RECOVERY, factors_of, is_known_by_code
from tests import world
from tests.api.calling import Program
from tests.office.logging_in import is_in, key_of, shown, type_password, with_app
from tests.rules.test_doors import called, doors

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


def test_the_secret_is_sealed_and_stands_in_no_audit_row_and_no_mail(clerk: User):
    codes = with_app(clerk)
    kept = "".join(str(row.data) for row in Authenticator.objects.all())
    told = "".join(str((row.before, row.after)) for row in AuditRecord.objects.all())
    mailed = "".join(mail.subject for mail in OutgoingMail.objects.all())
    for secret in (key_of(clerk), *codes):
        assert secret not in kept + told + mailed
    assert "second factor was added" in mailed


def test_an_app_is_set_up_on_its_page_and_the_codes_are_shown_once(client: Client, clerk: User):
    type_password(client, clerk)
    page = client.get("/me/security/app/").content.decode()
    secret = page.split('<code aria-labelledby="secret-label">')[1].split("<")[0].replace(" ", "")
    assert secret not in str(client.session.items())

    assert client.post("/me/security/app/", {"code": "1"}).status_code == 422
    answer = client.post("/me/security/app/", {"code": shown(secret)})
    assert answer.content.decode().count("<li><code>") == 10
    assert "no-store" in answer["Cache-Control"]
    assert key_of(clerk) == secret
    assert "<li><code>" not in client.get("/me/security/").content.decode()


def test_the_last_factor_takes_the_recovery_codes_along(clerk: User):
    with_app(clerk)
    remove_factor(factors_of(clerk).get(type="totp").pk, by=clerk)
    assert not factors_of(clerk).exists()
    with pytest.raises(Refused) as refusal:
        renew_recovery_codes(clerk)
    assert refusal.value.code == "no_factor"


def test_nobody_removes_what_is_anothers(clerk: User, manager: User):
    with_app(clerk)
    with pytest.raises(Refused) as refusal:
        remove_factor(factors_of(clerk).get(type="totp").pk, by=manager)
    assert refusal.value.code == "no_factor"
    assert factors_of(clerk).count() == 2


def test_a_role_that_needs_a_factor_opens_nothing_before_it_is_set_up(company: Any, admin: User):
    set_factor_rules(company, ["administrator"], by=admin)
    browser = Client()
    browser.force_login(admin)
    answers = {door: called(browser, door) for door in doors()}

    # 302 leads to set it up; 403 is what programs hear, or a page of other roles; 422 is an empty form
    assert set(answers.values()) <= {200, 302, 403, 404, 405, 422}
    let_in = {door for door, status in answers.items() if status in (200, 404, 422)}
    free = {"me/security/", "me/security/app/", "me/security/passkey/"}
    free |= {"me/security/factors/<int:factor_id>/remove/", "me/security/log-ins/<int:log_in_id>/end/"}
    assert {door.route for door in let_in} == free
    assert browser.get("/invoices/")["Location"] == "/me/security/"
    assert browser.get("/api/v1/customers/").json()["code"] == "second_factor_missing"
    assert browser.get("/invoices/", headers={"HX-Request": "true"})["HX-Redirect"] == "/me/security/"

    with_app(admin)
    assert browser.get("/invoices/").status_code == 200
    assert browser.get("/api/v1/customers/").status_code == 200


def test_a_rule_is_of_its_role_and_its_company(company: Any, admin: User, clerk: User):
    other = world.make_company(legal_name="Other")
    set_factor_rules(other, ["clerk"], by=admin)
    set_factor_rules(company, ["manager"], by=admin)
    browser = Client()
    browser.force_login(clerk)
    assert is_in(browser)
    clerk.companies.add(other)
    assert not is_in(browser)


def test_a_program_is_no_person(company: Any, admin: User, clerk: User):
    set_factor_rules(company, ["clerk"], by=admin)
    assert Program(clerk).get("customers/").status_code == 200


def test_the_last_factor_of_a_role_that_needs_one_stays(company: Any, admin: User, clerk: User):
    with_app(clerk)
    set_factor_rules(company, ["clerk"], by=admin)
    with pytest.raises(Refused) as refusal:
        remove_factor(factors_of(clerk).get(type="totp").pk, by=clerk)
    assert refusal.value.code == "last_factor"


def test_rules_are_set_on_a_page_kept_with_an_audit_row_and_said_among_the_rules(company: Any, admin: User):
    browser = Client()
    browser.force_login(admin)
    browser.post("/settings/second-factors/", {"roles": ["clerk", "manager"]})
    browser.post("/settings/second-factors/", {"roles": ["manager"]})
    rows = AuditRecord.objects.filter(action="set_factor_rules").order_by("pk")
    assert [(row.before["roles"], row.after["roles"]) for row in rows] == [
        ("", "clerk, manager"),
        ("clerk, manager", "manager"),
    ]
    assert "A manager logs in with a second factor." in browser.get("/settings/policies/").content.decode()


def test_a_mail_server_is_no_person(company: Any, admin: User):
    with pytest.raises(Refused) as refusal:
        set_factor_rules(company, ["mail server"], by=admin)
    assert refusal.value.code == "unknown_role"


def test_an_administrator_takes_a_lost_factor_away_and_the_person_is_put_out_and_told(admin: User, clerk: User):
    with_app(clerk)
    browser, office = Client(), Client()
    type_password(browser, clerk)
    browser.post("/log-in/code/", {"code": shown()})
    office.force_login(admin)

    office.post(f"/settings/staff/{clerk.pk}/factors/", {"reason": "lost phone, known by voice"})

    assert not factors_of(clerk).exists()
    assert not is_in(browser)
    row = AuditRecord.objects.get(action="take_factors")
    assert (row.by, row.reason, row.before["factors"]) == (admin, "lost phone, known by voice", ANY)
    assert "took away" in OutgoingMail.objects.filter(staff=clerk).latest("pk").subject


@pytest.mark.parametrize(("whose", "reason", "code"), [("own", "r", "own"), ("clerk", " ", "reason_missing")])
def test_nobody_takes_away_their_own_or_without_a_reason(admin: User, clerk: User, whose: str, reason: str, code: str):
    user = admin if whose == "own" else clerk
    with_app(user)
    with pytest.raises(Refused) as refusal:
        take_factors(user.pk, by=admin, reason=reason)
    assert refusal.value.code == code
    assert factors_of(user).count() == 2


def test_an_administrator_finds_nobody_of_another_company(admin: User):
    stranger = world.make_user(world.make_company(legal_name="Other"), "clerk")
    browser = Client()
    browser.force_login(admin)
    assert browser.post(f"/settings/staff/{stranger.pk}/factors/", {"reason": "r"}).status_code == 404


def test_the_last_recovery_codes_are_kept_sealed(clerk: User):
    codes = with_app(clerk)
    row = factors_of(clerk).get(type=RECOVERY)
    assert set(row.data) >= {"seed", "used_mask"}
    assert not any(code in str(row.data) for code in codes)


def test_a_new_key_opens_what_the_old_one_sealed_and_then_needs_it_no_more(clerk: User, settings: Any):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    codes = with_app(clerk)
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("reseal_accounts", stdout=io.StringIO())
    settings.ENCRYPTION_KEYS = [new]
    assert is_known_by_code(clerk, shown()) == "code"
    assert is_known_by_code(clerk, codes[0]) == "recovery code"
