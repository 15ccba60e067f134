"""Coming in with a second factor, in a real browser: codes of an app, and passkeys of a device that Chromium plays."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from office.models import User
from office.operations.manage_factors import set_factor_rules
from office.ways_in.factors import APP, PASSKEY, factors_of
from tests import world
from tests.browser.conftest import shoot
from tests.office.logging_in import shown
from tests.office.test_log_in_links import link_in_mail

pytestmark = pytest.mark.django_db(transaction=True)


def device(page: Page) -> None:
    """A phone of the person's, that keeps passkeys and is unlocked by its owner."""
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def log_out(page: Page) -> None:
    page.locator("summary.user-button").click()
    page.get_by_role("button", name="Log out", exact=True).click()
    expect(page.get_by_role("heading", name="Log in")).to_be_visible()


def type_password(page: Page, user: Any) -> None:
    page.get_by_label("E-mail address").fill(user.email)
    page.get_by_label("Password").fill(world.PASSWORD)
    page.get_by_role("button", name="Log in", exact=True).click()


def test_what_is_typed_of_a_password_can_be_shown(page: Page, live_server: Any, clerk: User) -> None:
    page.goto(f"{live_server.url}/log-in/")
    field = page.get_by_label("Password")
    field.fill(world.PASSWORD)
    page.get_by_role("button", name="Show it").click()
    expect(field).to_have_attribute("type", "text")
    expect(field).to_have_value(world.PASSWORD)
    page.get_by_role("button", name="Hide it").click()
    expect(field).to_have_attribute("type", "password")
    page.get_by_role("button", name="Show it").click()
    page.get_by_label("E-mail address").fill(clerk.email)
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_role("heading", name="Log in")).to_have_count(0)


def test_whoever_needs_a_second_factor_sets_up_an_app_and_comes_in_by_it(
    company: Any, clerk: Any, page: Page, live_server: Any, watched: Any
) -> None:
    set_factor_rules(company, ["clerk"], by=world.make_user(company, "administrator"))
    page.goto(f"{live_server.url}/log-in/?next=/invoices/")
    type_password(page, clerk)
    expect(page.get_by_text("Your role needs a second factor.")).to_be_visible()
    shoot(page, "security-needed")
    page.get_by_role("link", name="Set up an app").click()
    secret = page.locator("code").inner_text().replace(" ", "")
    shoot(page, "set-up-app")
    page.get_by_label("Code").fill(shown(secret, later=-1))
    page.get_by_role("button", name="Set up").click()
    expect(page.locator("ol li code")).to_have_count(10)
    codes = page.locator("ol li code").all_inner_texts()
    assert len(set(codes)) == 10
    shoot(page, "recovery-codes")
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("row", name="Codes of an app")).to_be_visible()
    shoot(page, "security")

    log_out(page)
    type_password(page, clerk)
    expect(page.get_by_role("heading", name="Show that it is you")).to_be_visible()
    shoot(page, "log-in-code")
    page.get_by_label("Code of your app").fill(shown(secret))
    page.get_by_role("button", name="Log in", exact=True).click()
    page.wait_for_url(f"{live_server.url}/")

    log_out(page)
    type_password(page, clerk)
    page.get_by_label("Code of your app").fill(codes[0])
    page.get_by_role("button", name="Log in", exact=True).click()
    expect(page.get_by_text("You came in by a recovery code")).to_be_visible()
    assert factors_of(clerk).get(type=APP).last_used_at


def test_a_passkey_is_made_and_opens_the_account_with_the_password_without_it_and_as_an_answer_to_who_one_is(
    clerk: Any, log_in: Callable[[Any], Page], live_server: Any
) -> None:
    page = log_in(clerk)
    device(page)
    page.goto(f"{live_server.url}/me/security/passkey/")
    page.get_by_label("Name").fill("Phone")
    shoot(page, "set-up-passkey")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_role("row", name="Passkey: Phone")).to_be_visible()

    log_out(page)
    shoot(page, "log-in")
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url(f"{live_server.url}/")
    assert factors_of(clerk).get(type=PASSKEY).last_used_at

    log_out(page)
    type_password(page, clerk)
    page.get_by_role("button", name="Use your passkey").click()
    page.wait_for_url(f"{live_server.url}/")

    forget_who_it_is(page)
    page.goto(f"{live_server.url}/me/security/app/")
    shoot(page, "known")
    page.get_by_role("button", name="Use your passkey").click()
    expect(page.get_by_role("heading", name="Codes of an app")).to_be_visible()


def test_a_passkey_of_a_device_we_do_not_know_opens_nothing(
    clerk: Any, log_in: Callable[[Any], Page], live_server: Any
) -> None:
    page = log_in(clerk)
    device(page)
    page.goto(f"{live_server.url}/me/security/passkey/")
    page.get_by_label("Name").fill("Phone")
    page.get_by_role("button", name="Make a passkey").click()
    page.get_by_role("link", name="I have kept them").click()
    factors_of(clerk).delete()

    log_out(page)
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.locator("#alerts").get_by_text("That passkey opens nothing here.")).to_be_visible()


def forget_who_it_is(page: Page) -> None:
    """Let a quarter of an hour pass."""
    from django.contrib.sessions.backends.db import SessionStore

    key = next(cookie["value"] for cookie in page.context.cookies() if cookie["name"] == "duebook_session")
    session = SessionStore(key)
    session["known_at"] = 0
    session.save()


def test_somebody_invited_chooses_a_password_and_one_that_is_forgotten_is_chosen_anew(
    company: Any, page: Page, enter: Callable[[Any], Page], live_server: Any
) -> None:
    enter(world.make_user(company, "administrator"))
    page.goto(f"{live_server.url}/settings/staff/")
    page.get_by_label("Name").fill("Eva")
    page.get_by_label("Email").fill("eva@alder.example")
    page.get_by_role("checkbox", name="Clerk").check()
    page.get_by_role("button", name="Invite by e-mail").click()
    expect(page.get_by_text("Waiting: invited")).to_be_visible()
    shoot(page, "staff-invited")
    page.get_by_role("link", name="Eva").click()
    shoot(page, "staff-invitation")
    log_out(page)

    eva = User.objects.get(email="eva@alder.example")
    page.goto(live_server.url + link_in_mail(eva))
    shoot(page, "choose-password")
    for label in ("Password", "Once more"):
        page.get_by_label(label).fill("a quite long pass phrase")
    page.get_by_role("button", name="Set the password").click()
    page.wait_for_url(f"{live_server.url}/")

    log_out(page)
    page.get_by_role("link", name="Forgot your password?").click()
    shoot(page, "forgot")
    page.get_by_label("E-mail address").fill(eva.email)
    page.get_by_role("button", name="Mail me a link").click()
    expect(page.get_by_role("heading", name="Look into your mail")).to_be_visible()
    page.goto(live_server.url + link_in_mail(eva))
    expect(page.get_by_role("heading", name="Choose a password")).to_be_visible()
