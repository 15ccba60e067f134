"""Coming in: the second factor, what a lost one means, sessions that end, and being asked once more."""

import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from unittest.mock import ANY

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from cryptography.fernet import Fernet
from django.contrib.sessions.models import Session
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.utils import timezone

from ledger.refusals import Refused
from office.models import AuditRecord, LogIn, OutgoingMail, User
from office.operations.manage_factors import (
    remove_factor,
    renew_recovery_codes,
    set_factor_rules,
    take_factors,
)
from office.operations.manage_staff import StaffDetails, update_staff
from office.ways_in.factors import RECOVERY, factors_of, is_known_by_code
from office.ways_in.log_ins import device_words, end_log_ins, log_ins_of
from office.web.sessions import BEGAN, KNOWN, SEEN
from tests import world
from tests.api.calling import Program
from tests.office.logging_in import NOON, is_in, key_of, shown, type_password, with_app
from tests.rules.test_doors import called, doors, routes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon() -> Iterator[None]:
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def admin(company: Any) -> User:
    return world.make_user(company, "administrator")


def aged(browser: Client, **seconds: float) -> None:
    """Make what the session remembers so much older."""
    session = browser.session
    for name, by in seconds.items():
        session[name] -= by
    session.save()


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


def test_the_secret_is_sealed_and_stands_in_no_audit_row_and_no_mail(clerk: User):
    codes = with_app(clerk)
    kept = "".join(str(row.data) for row in Authenticator.objects.all())
    told = "".join(str((row.before, row.after)) for row in AuditRecord.objects.all())
    mailed = "".join(mail.subject for mail in OutgoingMail.objects.all())
    for secret in (key_of(clerk), *codes):
        assert secret not in kept + told + mailed
    assert "second factor was added" in mailed


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


# sessions


def test_one_sees_where_one_is_logged_in_and_puts_others_out(clerk: User):
    here, there, third = Client(), Client(), Client(HTTP_USER_AGENT="Mozilla/5.0 (Windows NT 10.0) Firefox/140.0")
    for browser in (here, there, third):
        type_password(browser, clerk)
    assert "Firefox on Windows" in here.get("/me/security/").content.decode()

    other = LogIn.objects.get(device="Firefox on Windows")
    here.post(f"/me/security/log-ins/{other.pk}/end/")
    assert (is_in(here), is_in(there), is_in(third)) == (True, True, False)
    here.post("/me/security/log-ins/end/")
    assert (is_in(here), is_in(there)) == (True, False)
    assert AuditRecord.objects.filter(action__startswith="end_").count() == 2


@pytest.mark.parametrize(("began", "seen"), [(timedelta(hours=12), timedelta()), (timedelta(), timedelta(hours=2.2))])
def test_a_log_in_that_is_over_by_itself_is_listed_no_more(clerk: User, began: timedelta, seen: timedelta):
    here, there = Client(), Client()
    type_password(there, clerk)
    LogIn.objects.update(began_at=NOON - began, seen_at=NOON - seen)
    type_password(here, clerk)
    assert here.get("/me/security/").content.decode().count("by password") == 1


def test_nobody_ends_anothers_log_in(client: Client, clerk: User, manager: User):
    browser = Client()
    type_password(browser, manager)
    client.force_login(clerk)
    assert client.post(f"/me/security/log-ins/{LogIn.objects.get(user=manager).pk}/end/").status_code == 404
    assert is_in(browser)


def test_the_key_of_a_session_is_not_kept_as_it_is(client: Client, clerk: User):
    type_password(client, clerk)
    key = client.session.session_key
    assert key
    assert key not in str(list(LogIn.objects.values()))
    assert Session.objects.filter(pk=key).exists()


@pytest.mark.parametrize(
    ("roles", "is_active", "stays"), [(["clerk"], True, True), ([], True, False), (["clerk"], False, False)]
)
def test_a_role_taken_away_or_a_person_switched_off_is_out_at_the_next_request(
    admin: User, clerk: User, roles: list[str], is_active: bool, stays: bool
):
    browser = Client()
    type_password(browser, clerk)
    update_staff(clerk.pk, StaffDetails(clerk.email, "Nora", roles, is_active=is_active), by=admin)
    assert is_in(browser) is stays
    assert LogIn.objects.get().ended_at is None if stays else LogIn.objects.get().ended_because


def test_a_new_password_ends_all_other_sessions_and_not_this_one(clerk: User):
    here, there = Client(), Client()
    type_password(here, clerk)
    type_password(there, clerk)
    new = "another horse battery"
    typed = {"old_password": world.PASSWORD, "new_password1": new, "new_password2": new}
    assert here.post("/me/password/", typed)["Location"] == "/me/security/"
    assert (is_in(here), is_in(there)) == (True, False)
    assert list(LogIn.objects.order_by("pk").values_list("ended_because", flat=True)) == ["", "password changed"]
    here.post("/me/security/log-ins/end/")
    assert is_in(here), "the key that the session has now is the one that is kept"


@pytest.mark.parametrize(
    ("began", "seen", "stays"),
    [(11.9, 0, True), (12.1, 0, False), (3, 1.9, True), (3, 2.1, False)],
)
def test_a_session_ends_after_twelve_hours_or_two_without_a_click(
    client: Client, clerk: User, began: float, seen: float, stays: bool
):
    type_password(client, clerk)
    aged(client, **{BEGAN: began * 3600, SEEN: seen * 3600})
    assert is_in(client) is stays
    assert (LogIn.objects.get().ended_at is None) is stays


def test_now_and_then_it_is_noted_that_one_is_here(client: Client, clerk: User, django_assert_num_queries: Any):
    type_password(client, clerk)
    long_ago = timezone.now() - timedelta(minutes=6)
    LogIn.objects.update(seen_at=long_ago)
    client.get("/")
    assert LogIn.objects.get().seen_at == long_ago
    aged(client, **{SEEN: 360})
    client.get("/")
    assert LogIn.objects.get().seen_at > long_ago


def test_logging_out_ends_it(client: Client, clerk: User):
    type_password(client, clerk)
    client.post("/log-out/")
    assert LogIn.objects.get().ended_because == "logged out"
    assert not is_in(client)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1", "Safari on iPhone"),
        ("curl/8", "A browser"),
        ("", "A browser"),
    ],
)
def test_a_browser_is_named_in_words(agent: str, words: str):
    assert device_words(agent) == words


# being asked once more


def test_after_a_while_one_is_asked_first_and_what_was_typed_is_done_then(client: Client, company: Any, admin: User):
    type_password(client, admin)
    address = "/settings/second-factors/"
    aged(client, **{KNOWN: 901})

    asked = client.post(address, {"roles": ["clerk"]})
    assert "Is it you?" in asked.content.decode()
    assert 'name="roles" value="clerk"' in asked.content.decode()
    assert not company.factor_rules.exists()

    wrong = client.post(address, {"roles": ["clerk"], "known_asked": "POST", "known_word": "no"})
    assert "That is not right" in wrong.content.decode()
    assert 'name="roles" value="clerk"' in wrong.content.decode()
    assert "known_word" in wrong.content.decode()
    assert not company.factor_rules.exists()

    client.post(address, {"roles": ["clerk"], "known_asked": "POST", "known_word": world.PASSWORD})
    assert company.factor_rules.exists()
    client.post(address, {"roles": []})
    assert not company.factor_rules.exists(), "for a quarter of an hour nobody is asked again"


def test_whoever_was_known_a_short_while_ago_is_not_asked(client: Client, company: Any, admin: User):
    type_password(client, admin)
    aged(client, **{KNOWN: 880})
    client.post("/settings/second-factors/", {"roles": ["clerk"]})
    assert company.factor_rules.exists()


def test_a_page_that_is_only_looked_at_comes_after_the_question(client: Client, clerk: User):
    type_password(client, clerk)
    aged(client, **{KNOWN: 901})
    assert "Is it you?" in client.get("/me/security/app/").content.decode()
    answer = client.post("/me/security/app/", {"known_asked": "GET", "known_word": world.PASSWORD})
    assert answer["Location"] == "/me/security/app/"
    assert "Codes of an app" in client.get("/me/security/app/").content.decode()


def test_a_code_shows_who_one_is_as_well(client: Client, company: Any, admin: User):
    with_app(admin)
    type_password(client, admin)
    client.post("/log-in/code/", {"code": shown()})
    aged(client, **{KNOWN: 901})
    typed = {"roles": ["clerk"], "known_asked": "POST"}
    client.post("/settings/second-factors/", typed | {"known_code": shown()})
    assert not company.factor_rules.exists(), "it was used to come in"
    client.post("/settings/second-factors/", typed | {"known_code": shown(later=1)})
    assert company.factor_rules.exists()


def test_a_piece_of_a_page_sends_the_whole_page_to_the_question(client: Client, admin: User):
    type_password(client, admin)
    aged(client, **{KNOWN: 901})
    headers = {"HX-Request": "true", "HX-Current-URL": "http://testserver/settings/staff/"}
    answer = client.post("/settings/second-factors/", {"roles": []}, headers=headers)
    assert answer["HX-Redirect"] == "/me/known/?next=http%3A%2F%2Ftestserver%2Fsettings%2Fstaff%2F"
    back = client.post(answer["HX-Redirect"], {"known_asked": "POST", "known_word": world.PASSWORD})
    assert back["Location"] == "http://testserver/settings/staff/"
    assert client.get("/me/known/?next=https://evil.example/")["Location"] == "/"


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


def test_after_a_new_key_whoever_is_in_can_still_be_put_out(clerk: User, client: Client, settings: Any):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [old]
    client.post("/log-in/", {"username": clerk.email, "password": world.PASSWORD})
    assert client.get("/").status_code == 200
    settings.ENCRYPTION_KEYS = [new, old]
    call_command("reseal_accounts", stdout=io.StringIO())
    settings.ENCRYPTION_KEYS = [new]

    with transaction.atomic():
        assert end_log_ins(log_ins_of(clerk), "Put out") == 1

    assert not Session.objects.exists()
    assert client.get("/")["Location"].startswith("/log-in/")


def test_the_doors_that_ask_who_it_is_are_those_we_know():
    asked = {route for route, view in routes() if getattr(view, "recently_known", ())}
    assert sorted(asked) == [
        "change-requests/<int:request_id>/approve/",
        "customers/<int:customer_id>/accounts/new/",
        "customers/<int:customer_id>/refund/",
        "customers/accounts/<int:account_id>/block/",
        "customers/accounts/<int:account_id>/close/",
        "customers/accounts/<int:account_id>/release/",
        "customers/accounts/<int:account_id>/reveal/",
        "debit-runs/<int:run_id>/file/",
        "files/<int:run_id>/download/",
        "journal-exports/<int:journal_id>/file/",
        "journal-exports/new/",
        "me/known/",
        "me/security/app/",
        "me/security/codes/",
        "me/security/factors/<int:factor_id>/remove/",
        "me/security/passkey/",
        "me/tokens/",
        "me/tokens/<int:token_id>/rotate/",
        "opening/<int:opening_id>/live/",
        "refunds/<int:refund_id>/pay-by-hand/",
        "refunds/<int:refund_id>/undo-by-hand/",
        "refunds/pay/",
        "refunds/repayments/<int:batch_id>/cancel/",
        "refunds/repayments/<int:batch_id>/file/",
        "settings/bank-accounts/",
        "settings/privacy/<int:request_id>/erase/",
        "settings/restored-copy/release/",
        "settings/retention/clear/",
        "settings/roles/",
        "settings/roles/<int:group_id>/",
        "settings/roles/<int:group_id>/put-back/",
        "settings/roles/<int:group_id>/remove/",
        "settings/second-factors/",
        "settings/staff/",
        "settings/staff/<int:user_id>/",
        "settings/staff/<int:user_id>/erase/",
        "settings/staff/<int:user_id>/factors/",
        "settings/staff/<int:user_id>/invite/",
        "settings/staff/<int:user_id>/withdraw/",
        "settings/teams/",
        "settings/teams/<int:team_id>/",
        "settings/teams/<int:team_id>/remove/",
    ]


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
