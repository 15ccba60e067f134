"""The pages and the API where a company words its mails."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from office.models import MailText, OutgoingMail
from tests.api.calling import Program, refused
from tests.world import issue

pytestmark = pytest.mark.django_db
TYPED = {"subject": "Hi {name}", "body": "Pay {amount}.\n\n{button}", "version": "0"}


@pytest.fixture
def browser(manager) -> Client:
    client = Client()
    client.force_login(manager)
    return client


def at(name: str, kind: str = "invoice", language: str = "en", stage: str = "") -> str:
    return reverse(f"office:{name}", args=[kind, language]) + (f"?stage={stage}" if stage else "")


def page(browser: Client, address: str, **typed: Any) -> str:
    answer = browser.post(address, typed, follow=True) if typed else browser.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


def test_the_editor_begins_with_the_built_in_words(browser):
    html = page(browser, at("mail_text"))
    assert "Please pay {amount} by {due_day}." in html
    assert "Built-in words" in html
    assert "Bitte zahlen Sie" in page(browser, at("mail_text", language="de"))


def test_what_is_saved_is_listed_shown_and_can_be_given_up(browser):
    assert "Your own words" in page(browser, at("mail_text"), **TYPED)
    assert "Invoice to be paid, English: your own words" in page(browser, reverse("office:mail_texts"))
    html = page(browser, at("restore_mail_text"), version="1")
    assert ("Built-in words" in html, "Version 1: Hi {name}" in html) == (True, True)
    assert MailText.objects.count() == 2


def test_each_stage_has_its_own(browser):
    page(browser, at("mail_text", stage="overdue"), **TYPED)
    assert MailText.objects.get().stage == "overdue"
    assert "Built-in words" in page(browser, at("mail_text"))


def test_a_text_that_is_refused_keeps_what_was_typed(browser):
    html = page(browser, at("mail_text"), **TYPED | {"body": "Pay {sum} {button}"})
    assert "{sum} stands for nothing here." in html
    assert "Pay {sum} {button}</textarea>" in html
    assert not MailText.objects.exists()


def test_a_colleagues_version_is_not_overwritten_unseen(browser):
    page(browser, at("mail_text"), **TYPED)
    html = page(browser, at("mail_text"), **TYPED | {"subject": "Other"})
    assert "Somebody else changed this text meanwhile." in html
    assert MailText.objects.get().subject == "Hi {name}"


def test_the_preview_fills_in_a_customers_paper_or_made_up_values(browser, customer):
    html = page(browser, at("mail_text_preview"), **TYPED)
    assert "Hi Ada Example" in html
    assert "The values are made up." in html
    assert "They have no paper that fits" in page(browser, at("mail_text_preview"), **TYPED, customer=customer.pk)
    invoice = issue(customer, "120.00", customer.company.today())
    html = page(browser, at("mail_text_preview"), **TYPED | {"subject": "{number} <b>"}, customer=customer.pk)
    assert f"{invoice.number} &lt;b&gt;" in html
    assert "Pay <strong>€120.00</strong>." in html
    assert "style=" not in html
    assert not (MailText.objects.exists())
    assert not (OutgoingMail.objects.exists())


def test_the_preview_says_what_is_wrong(browser):
    assert "The text has to hold {button}." in page(browser, at("mail_text_preview"), **TYPED | {"body": "Pay"})


def test_a_trial_goes_to_oneself(browser, manager):
    assert f"It leaves for {manager.email}" in page(browser, at("try_mail_text"), **TYPED)
    assert (OutgoingMail.objects.get().staff, MailText.objects.get().is_trial) == (manager, True)
    assert "A mail needs a subject and a text." in page(browser, at("try_mail_text"), **TYPED | {"body": " "})


@pytest.mark.parametrize("place", [("none", "en", ""), ("invoice", "xx", ""), ("invoice", "en", "none")])
def test_a_text_that_is_none_is_not_found(browser, place):
    for name in ("mail_text", "mail_text_preview", "restore_mail_text", "try_mail_text"):
        kind, language, stage = place
        answer = browser.post(at(name, kind, language, stage), TYPED)
        assert answer.status_code == 404


def test_a_clerk_does_not_word_mails(client, clerk):
    client.force_login(clerk)
    assert client.get(reverse("office:mail_texts")).status_code == 403
    assert refused(Program(clerk).get("mail-texts/"))[0] == 403


def test_programs_do_the_same(company, manager):
    program = Program(manager)
    place = {"kind": "invoice", "language": "de"}
    said = {"subject": "Hallo {name}", "body": "Bitte {amount}.\n\n{button}"}
    built_in = program.get("mail-texts/one/", **place).json()
    assert (built_in["version"], built_in["is_own"], "{button}" in built_in["body"]) == (0, False, True)
    kept = program.put("mail-texts/", place | said | {"version": 0}).json()
    assert (kept["version"], kept["is_own"], kept["subject"]) == (1, True, "Hallo {name}")
    listed = program.get("mail-texts/").json()
    assert [row["subject"] for row in listed["own"]] == ["Hallo {name}"]
    assert {"name", "number", "total"} <= {
        each["name"] for kind in listed["kinds"] if kind["kind"] == "invoice" for each in kind["variables"]
    }
    assert refused(program.put("mail-texts/", place | said | {"version": 0})) == (409, "stale_version")
    wrong = said | {"body": "{sum} {button}"}
    assert refused(program.put("mail-texts/", place | wrong | {"version": 1})) == (409, "unknown_variable")
    assert program.put("mail-texts/", place | {"version": 1}).json()["is_own"] is False
    assert program.get("mail-texts/one/", kind="none", language="de").status_code == 400
