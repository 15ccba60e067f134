"""The company's provider says who it is; who works here, we say."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from office.models import AuditRecord, User
from office.operations.manage_factors import set_factor_rules
from tests import world
from tests.office.logging_in import is_in, shown, type_password, with_app
from tests.office.oidc_provider import CLIENT, OTHER_KEY, Provider, running_provider

pytestmark = pytest.mark.django_db


@pytest.fixture
def provider(settings: Any) -> Iterator[Provider]:
    with running_provider(settings) as running:
        yield running


def sent_back(browser: Client, provider: Provider, page: str = "/") -> str:
    """Where the provider sends the browser back to, after it was sent there."""
    asked = browser.get("/log-in/sso/", {"next": page})["Location"]
    assert asked.startswith(f"{provider.address}/authorize?")
    return provider.log_in(asked).removeprefix("http://localhost:8000")


def came_back(browser: Client, provider: Provider, page: str = "/") -> Any:
    return browser.get(sent_back(browser, provider, page))


def test_somebody_who_works_here_comes_in_to_where_they_wanted(client: Client, clerk: User, provider: Provider):
    assert "Use single sign-on" in client.get("/log-in/").content.decode()
    provider.claims = {"email": clerk.email.upper()}
    assert came_back(client, provider, "/invoices/")["Location"] == "/invoices/"
    assert is_in(client)
    assert AuditRecord.objects.get(action="log_in").after["by"] == "single sign-on"


def test_without_a_provider_there_is_none(client: Client, db: None):
    assert "Use single sign-on" not in client.get("/log-in/").content.decode()
    assert client.get("/log-in/sso/").status_code == 404
    assert client.get("/log-in/sso/back/?code=a&state=b")["Location"] == "/log-in/"


def test_nobody_is_made_and_nobody_switched_off_comes_in(client: Client, clerk: User, provider: Provider):
    provider.claims = {"email": "new@alder.example"}
    assert came_back(client, provider)["Location"] == "/log-in/"
    User.objects.filter(pk=clerk.pk).update(is_active=False)
    provider.claims = {"email": clerk.email}
    assert came_back(client, provider)["Location"] == "/log-in/"
    assert not is_in(client)
    assert User.objects.count() == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"email_verified": False},
        {"email_verified": None},
        {"email_verified": "true"},
        {"email": ""},
        {"aud": "another"},
        {"aud": [CLIENT, "another"], "azp": "another"},
        {"iss": "https://evil.example"},
        {"nonce": "another"},
        {"nonce": None},
        {"exp": timedelta(hours=-1)},
        {"exp": None},
        {"iat": timedelta(hours=1)},
    ],
)
def test_a_word_that_is_not_for_us_and_now_is_not_believed(
    client: Client, clerk: User, provider: Provider, wrong: dict[str, Any]
):
    provider.claims = {"email": clerk.email} | wrong
    assert came_back(client, provider)["Location"] == "/log-in/"
    assert not is_in(client)


@pytest.mark.parametrize("forged", [{"key": OTHER_KEY}, {"algorithm": "none"}, {"algorithm": "HS256"}])
def test_a_word_that_the_provider_did_not_sign_is_not_believed(
    client: Client, clerk: User, provider: Provider, forged: dict[str, Any]
):
    provider.claims = {"email": clerk.email}
    for name, value in forged.items():
        setattr(provider, name, value)
    assert came_back(client, provider)["Location"] == "/log-in/"
    assert not is_in(client)


def test_an_answer_counts_in_the_browser_that_asked_and_once(client: Client, clerk: User, provider: Provider):
    provider.claims = {"email": clerk.email}
    back, other = sent_back(client, provider), Client()
    other.get("/log-in/sso/")
    for browser in (other, Client()):
        assert browser.get(back)["Location"] == "/log-in/"
        assert not is_in(browser)
    assert client.get(back)["Location"] == "/"
    again = Client()
    again.cookies = client.cookies
    client.post("/log-out/")
    assert client.get(back)["Location"] == "/log-in/"


@pytest.mark.parametrize(
    "said",
    [{"issuer": "https://evil.example"}, {"token_endpoint": "http://evil.example/token"}, {"jwks_uri": ""}],
    ids=str,
)
def test_a_provider_that_says_to_be_another_or_talks_in_the_clear_is_not_asked(
    client: Client, clerk: User, provider: Provider, said: dict[str, str]
):
    provider.said = said
    assert client.get("/log-in/sso/")["Location"] == "/log-in/"


def test_a_provider_that_is_away_lets_people_log_in_otherwise(client: Client, clerk: User, settings: Any):
    settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID = "http://127.0.0.1:1", CLIENT
    assert client.get("/log-in/sso/")["Location"] == "/log-in/"
    assert "did not let you in" in client.get("/log-in/").content.decode()
    assert type_password(client, clerk)["Location"] == "/"


def test_the_second_factor_is_asked_as_after_a_password(company: Any, client: Client, clerk: User, provider: Provider):
    with_app(clerk)
    provider.claims = {"email": clerk.email}
    assert came_back(client, provider)["Location"] == "/log-in/code/"
    assert not is_in(client)
    client.post("/log-in/code/", {"code": shown()})
    assert is_in(client)
    assert AuditRecord.objects.get(action="log_in").after["by"] == "single sign-on and code"


def test_whose_role_needs_a_factor_sets_it_up_first(company: Any, client: Client, clerk: User, provider: Provider):
    set_factor_rules(company, ["clerk"], by=world.make_user(company, "administrator"))
    provider.claims = {"email": clerk.email}
    came_back(client, provider)
    assert client.get("/")["Location"] == "/me/security/"


def test_nobody_is_sent_on_to_another_site(client: Client, clerk: User, provider: Provider):
    provider.claims = {"email": clerk.email}
    assert came_back(client, provider, "https://evil.example/")["Location"] == "/"
