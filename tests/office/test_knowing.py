"""Being asked once more who one is, before what weighs much."""

from typing import Any

import pytest
from django.test import Client

from office.models import User
from office.web.sessions import KNOWN
from tests import world
from tests.office.logging_in import aged, shown, type_password, with_app
from tests.rules.test_doors import routes

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("noon")]


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
        "refunds/<int:refund_id>/withdraw/",
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
        "settings/unusual/",
    ]
