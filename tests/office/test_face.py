"""A company's face: its colour that can always be read, its own words by language, whom to ask, and who may say so."""

import re
from datetime import date
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from billing.operations.mint_link import mint_link
from credit_control.operations.mint_account_link import mint_account_link
from ledger.refusals import Refused
from office.face.colours import contrast, readable_shade, require_readable, told
from office.face.palette import DARK_GROUNDS, LIGHT_GROUNDS, palette_of
from office.face.shown import HelpContact, face_of, texts_of
from office.mail.pieces import button
from office.mail.texts import Words
from office.mail.variables import Paragraph, typed
from office.models import AuditRecord, BankAccount, Company, FaceText, MailText
from office.operations.set_face import set_face
from tests import world
from tests.api.calling import Program, refused
from tests.credit_control.opening import opened

TEAL = "#0f5c6e"
NOTICE = "https://alder.example/privacy#bills"
MARKUP = "<img src=x onerror=alert(1)> & 'co'"
ASKED = HelpContact("Team Blue", "help@alder.example", "+49 30 55 (12)")
TEXTS = {
    ("en", "greeting"): "Good to see you.",
    ("de", "greeting"): "Schön, dass Sie da sind.",
    ("en", "paying"): "We never change\nour account by mail.",
    ("fr", "foot"): "SARL au capital de 1 €",
}
DAY = date(2026, 3, 2)


# Colours


@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", "21.00"),
        ("#ffffff", "#ffffff", "1.00"),
        ("#767676", "#ffffff", "4.54"),
        ("#777777", "#ffffff", "4.47"),
        ("#0000ff", "#ffffff", "8.59"),
        ("#ffff00", "#ffffff", "1.07"),
        ("#ff0000", "#000000", "5.25"),
    ],
)
def test_contrast_is_that_of_the_web_guidelines_and_said_as_never_more(one: str, other: str, ratio: str):
    assert told(contrast(one, other)) == told(contrast(other, one)) == ratio


def readable_colours() -> list[str]:
    channels = [f"{each:02x}" for each in (*range(0, 256, 17),)]
    colours = ["#" + "".join(three) for three in product(channels, repeat=3)]
    return [each for each in colours if contrast(each, "#ffffff") >= 4.5]


def test_every_colour_taken_can_be_read_on_every_ground_light_and_dark():
    colours = readable_colours()
    assert len(colours) > 1000
    for colour in colours:
        light, dark = palette_of(colour).light, palette_of(colour).dark
        for theme, grounds in ((light, LIGHT_GROUNDS), (dark, DARK_GROUNDS)):
            assert contrast(theme.fill, theme.on_fill) >= 4.5, colour
            assert min(contrast(theme.ink, ground) for ground in (*grounds, theme.soft)) >= 4.5, colour
            assert min(contrast(theme.fill, ground) for ground in grounds) >= 3, colour
        assert contrast("#18202d", light.soft) >= 4.5, colour
        assert contrast("#e8ebf0", dark.soft) >= 4.5, colour


def test_a_colour_that_is_left_as_it_is_could_not_be_read_on_a_dark_page():
    """The control: without the tone of its own, half of the colours fail."""
    assert any(contrast(each, DARK_GROUNDS[0]) < 3 for each in readable_colours())


def test_the_grounds_are_those_of_the_style_sheet():
    style = (Path(__file__).parents[2] / "static/css/portal.css").read_text()
    found = dict(re.findall(r"--(page|card|sunken): light-dark\((#\w{6}, #\w{6})\)", style))
    assert found == {
        name: ", ".join(pair)
        for name, pair in zip(("page", "card", "sunken"), zip(LIGHT_GROUNDS, DARK_GROUNDS, strict=True), strict=True)
    }


def test_the_colour_offered_instead_is_the_nearest_of_its_hue():
    shade = readable_shade("#ffee00")
    require_readable(shade)
    red, green, blue = (int(shade[place : place + 2], 16) for place in (1, 3, 5))
    assert (blue, round(green / red, 2)) == (0, 0.93)
    lighter = f"#{red + 1:02x}{green + 1:02x}00"
    assert contrast(lighter, "#ffffff") < 4.5


# What is kept, and what is refused


@pytest.mark.django_db
def test_the_trail_says_what_changed_and_an_emptied_text_is_gone(company: Any, manager: Any):
    set_face(company, accent=TEAL, contact=ASKED, texts=TEXTS, by=manager)
    company.refresh_from_db()
    assert (company.accent, company.help_email, texts_of(company)) == (TEAL, ASKED.email, TEXTS)
    assert AuditRecord.objects.get(action="set_face").after["de greeting"] == TEXTS["de", "greeting"]
    assert AuditRecord.objects.get(action="update_company").after == {
        "accent": TEAL,
        "help_name": ASKED.name,
        "help_email": ASKED.email,
        "help_phone": ASKED.phone,
    }
    set_face(company, accent=TEAL, contact=ASKED, texts=TEXTS, by=manager)
    assert AuditRecord.objects.filter(action__in=["set_face", "update_company"]).count() == 2

    assert ("de", "greeting") not in set_face(company, texts={("de", "greeting"): " \r\n "}, by=manager)
    company.refresh_from_db()
    assert (company.accent, company.help_name) == (TEAL, ASKED.name)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"accent": "#ffff00"}, "colour_too_light"),
        ({"accent": "blue"}, "bad_colour"),
        ({"contact": HelpContact(email="help")}, "bad_email"),
        ({"notice": "http://alder.example/privacy"}, "bad_notice"),
        ({"notice": "javascript:alert(1)"}, "bad_notice"),
        ({"notice": "alder.example/privacy"}, "bad_notice"),
        ({"notice": "https://me:secret@alder.example/"}, "bad_notice"),
        ({"notice": "https://alder.example/" + "x" * 500}, "bad_notice"),
        ({"contact": HelpContact(name="x" * 101)}, "text_too_long"),
        ({"contact": HelpContact(phone="1" * 41)}, "text_too_long"),
        ({"texts": {("pt", "foot"): "x"}}, "unknown_language"),
        ({"texts": {("de", "head"): "x"}}, "unknown_place"),
        ({"texts": {("de", "greeting"): "x" * 301}}, "text_too_long"),
        ({"texts": {("de", "hours"): "1\n2\n3"}}, "text_too_long"),
    ],
)
def test_what_cannot_be_shown_is_refused_and_nothing_changes(company: Any, wrong: dict[str, Any], code: str):
    set_face(company, accent=TEAL, contact=ASKED, notice=NOTICE, texts=TEXTS, by=None)
    asked = {"accent": "#8c1f1f", "contact": HelpContact("Else"), "notice": "", "texts": {("es", "foot"): "Hola"}}
    mixed = asked | wrong | {"texts": asked["texts"] | wrong.get("texts", {})}
    with pytest.raises(Refused) as refusal:
        set_face(company, **mixed, by=None)
    assert refusal.value.code == code
    kept = Company.objects.get()
    assert (kept.accent, kept.help_name, kept.privacy_notice, texts_of(kept)) == (TEAL, ASKED.name, NOTICE, TEXTS)


@pytest.mark.django_db
def test_the_database_keeps_no_notice_but_by_https(company: Any):
    with pytest.raises(IntegrityError, match="company_privacy_notice_by_https"), transaction.atomic():
        Company.objects.update(privacy_notice="http://alder.example/")


@pytest.mark.django_db
def test_the_database_keeps_one_text_for_each_place_and_no_empty_one(company: Any):
    FaceText.objects.create(company=company, language="de", place="foot", text="a")
    for text, rule in (("b", "face_text_once_per_place"), ("", "face_text_says_something")):
        language = "de" if text else "fr"
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            FaceText.objects.create(company=company, language=language, place="foot", text=text)


@pytest.mark.django_db
def test_words_are_the_readers_else_the_companys_usual_ones_else_none(company: Any):
    set_face(company, contact=ASKED, texts=TEXTS, by=None)
    german, french, arabic = (face_of(company, each) for each in ("de-ch", "fr", "ar"))
    assert (german.greeting.text, german.greeting.language) == (TEXTS["de", "greeting"], "de")
    assert (french.greeting.text, french.greeting.language) == (TEXTS["en", "greeting"], "en")
    assert (arabic.paying.language, arabic.foot.text) == ("en", "")
    company.language = "fr"
    assert face_of(company, "ja").foot.text == TEXTS["fr", "foot"]
    assert not face_of(company, "ja").greeting


@pytest.mark.django_db
def test_without_a_contact_of_its_own_the_companys_address_stands_there(company: Any):
    assert face_of(company, "en").help == HelpContact("", company.email, company.phone)
    set_face(company, contact=HelpContact(phone="+44 1"), texts={}, by=None)
    assert face_of(Company.objects.get(), "en").help == HelpContact("", company.email, "+44 1")


# What customers see


def page_of(client: Client, customer: Any) -> str:
    invoice = world.issue(customer, "5.00", customer.company.today())
    answer = client.get(f"/p/{mint_link(invoice, customer.contacts.get())}/", follow=True)
    return answer.content.decode()


def account_of(client: Client, customer: Any) -> str:
    return client.get(opened(client, mint_account_link(customer, customer.contacts.get()))).content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("shown", [page_of, account_of])
def test_customers_pages_show_the_face_and_typed_markup_stays_text(company: Any, client: Client, shown: Any):
    words = {("de", place): f"{MARKUP} {place}" for place in ("greeting", "paying", "foot", "hours")}
    set_face(company, accent=TEAL, contact=HelpContact(MARKUP, ASKED.email, ASKED.phone), texts=words, by=None)
    BankAccount.objects.create(
        company=company, name="Main", holder="Alder Ltd", iban="DE02120300000000202051", currency="EUR"
    )
    customer = world.make_customer(company, language="de")
    world.issue(customer, "5.00", company.today())
    page = shown(client, customer)

    for place in ("greeting", "paying", "foot", "hours"):
        assert f"&lt;img src=x onerror=alert(1)&gt; &amp; &#x27;co&#x27; {place}" in page
    assert "<img src=x" not in page
    assert 'href="mailto:help@alder.example' in page
    assert 'href="tel:+49305512"' in page
    assert f'href="/p/face/{TEAL[1:]}.css"' in page
    assert "style=" not in page


@pytest.mark.django_db
@pytest.mark.parametrize("shown", [page_of, account_of])
def test_customers_pages_link_the_privacy_notice_in_their_language_and_none_where_there_is_none(
    company: Any, client: Client, shown: Any
):
    assert "Datenschutzhinweise" not in shown(client, world.make_customer(company, language="de"))
    set_face(company, notice=f" {NOTICE} ", texts={}, by=None)
    company.refresh_from_db()
    page = shown(client, world.make_customer(company, language="de"))
    assert f'<a href="{NOTICE}" rel="noreferrer">Datenschutzhinweise</a>' in page


def test_every_page_of_a_customer_has_that_foot():
    """Also the pages of mails that are not wanted any more, and of the practice provider."""
    pages = [file for file in Path("templates/portal").glob("*.html") if not file.name.startswith("_")]
    pages.append(Path("templates/payments/practice_checkout.html"))
    pages.remove(base := Path("templates/portal/base.html"))
    assert [file.name for file in pages if '{% extends "portal/base.html" %}' not in file.read_text()] == []
    assert '{% endblock %}{% if face %}{% include "portal/_face_foot.html" %}{% endif %}</footer>' in base.read_text()


@pytest.mark.django_db
def test_another_companys_face_is_never_shown(company: Any, client: Client):
    other = world.make_company(legal_name="Birch SA")
    set_face(other, accent="#8c1f1f", contact=HelpContact("Birch desk"), texts={("en", "greeting"): "Birch"}, by=None)
    set_face(company, accent=TEAL, texts={}, by=None)
    page = page_of(client, world.make_customer(company))
    assert "Birch" not in page
    assert "8c1f1f" not in page
    assert "Birch desk" in page_of(Client(), world.make_customer(other))


@pytest.mark.django_db
def test_a_link_that_is_none_tells_of_no_company_not_even_to_its_staff(company: Any, client: Client):
    set_face(company, accent=TEAL, contact=ASKED, texts=TEXTS, by=None)
    client.force_login(world.make_user(company, "administrator"))
    answer = client.get("/p/nosuchtoken/")
    said = answer.content.decode()
    assert answer.status_code == 404
    telling = (company.legal_name, company.email, ASKED.email, TEAL[1:], "Questions?")
    assert [each for each in telling if each in said] == []


@pytest.mark.django_db
def test_the_colours_are_public_kept_by_everybody_and_tell_only_of_the_colour(client: Client):
    address = reverse("office:face_style", args=[TEAL[1:]])
    answer = client.get(address)
    assert (answer["Content-Type"], answer["Cache-Control"]) == ("text/css", "public, max-age=604800")
    assert not answer.cookies
    assert "Vary" not in answer.headers or "Cookie" not in answer["Vary"]
    lines = answer.content.decode().splitlines()
    assert lines[0] == ":root {"
    assert all(re.fullmatch(r"  --face-[a-z-]+: light-dark\(#\w{6}, #\w{6}\);", line) for line in lines[1:-1])
    assert f"--face-fill: light-dark({TEAL}, " in answer.content.decode()
    for wrong in ("ffff00", "12345", "1234567", "ABCDEF", "red"):
        assert client.get(reverse("office:face_style", args=[wrong])).status_code == 404
    assert client.post(address).status_code == 405


@pytest.mark.django_db
def test_mails_carry_the_colour_whom_to_ask_and_the_foot(company: Any):
    texts = {("de", "foot"): f"Geschäftsführer: {MARKUP}", ("de", "hours"): "Mo bis Fr"}
    set_face(company, accent=TEAL, contact=ASKED, texts=texts, by=None)
    link = button("https://due.example/", "Pay")
    words = Words("S", [*typed("Hello var(--accent)"), Paragraph(link.text, link.html, True)], company, "de")

    company.refresh_from_db()
    assert words.text.endswith(
        "--\nFragen?\nTeam Blue\nhelp@alder.example\n+49 30 55 (12)\nMo bis Fr\n\nGeschäftsführer: " + MARKUP + "\n"
    )
    assert f"background: {TEAL};" in words.html
    assert "Hello var(--accent)" in words.html
    assert "<img" not in words.html
    assert "&lt;img src=x onerror=alert(1)&gt;" in words.html
    assert 'href="tel:+49305512"' in words.html
    for_staff = Words("S", typed("Hello"), company, "en", is_for_staff=True)
    assert for_staff.text == "Hello\n"
    assert "Questions?" not in for_staff.html


@pytest.mark.django_db
def test_a_mail_of_a_company_without_a_face_is_as_it_was(company: Any):
    link = button("https://due.example/", "Pay")
    words = Words("S", [*typed("Hello"), Paragraph(link.text, link.html, True)], company, "en")
    assert "--\n" not in words.text
    assert "background: #1f54c4;" in words.html
    assert "var(" not in words.html
    assert MailText.objects.count() == 0


# The page of settings, and programs


@pytest.fixture
def site(company: Company, client: Client) -> Client:
    client.force_login(world.make_user(company, "administrator"))
    return client


def filled(**more: str) -> dict[str, str]:
    names = ("accent", "help_name", "help_email", "help_phone", "privacy_notice", "greeting", "paying", "foot", "hours")
    return dict.fromkeys(names, "") | more


@pytest.mark.django_db
def test_the_page_keeps_one_language_at_a_time(company: Any, site: Client):
    address = reverse("office:face")
    kept = site.post(f"{address}?language=fr", filled(accent="#0F5C6E", greeting="Bonjour\r\nà tous"))
    assert kept.url == f"{address}?language=fr"
    site.post(f"{address}?language=de", filled(accent=TEAL, greeting="Guten Tag"))
    company.refresh_from_db()
    assert company.accent == TEAL
    assert texts_of(company) == {("fr", "greeting"): "Bonjour\nà tous", ("de", "greeting"): "Guten Tag"}
    shown = site.get(f"{address}?language=fr").content.decode()
    assert "Bonjour" in shown
    assert "Guten Tag" not in shown


@pytest.mark.django_db
def test_a_colour_too_light_is_refused_with_the_figure_and_taken_darker_by_one_press(company: Any, site: Client):
    address = f"{reverse('office:face')}?language=en"
    shown = site.post(address, filled(accent="#ffff00", greeting="Hello")).content.decode()
    shade = readable_shade("#ffff00")
    assert "its contrast is 1.07 to 1, and 4.5 to 1 is needed" in shown
    assert f'name="take" value="{shade}"' in shown
    assert "Hello" in shown
    company.refresh_from_db()
    assert (company.accent, texts_of(company)) == ("", {})

    site.post(address, filled(accent="#ffff00", greeting="Hello", take=shade))
    company.refresh_from_db()
    assert (company.accent, texts_of(company)) == (shade, {("en", "greeting"): "Hello"})


@pytest.mark.django_db
def test_the_page_says_that_the_notice_is_missing_and_refuses_an_address_beside_it(company: Any, site: Client):
    address = f"{reverse('office:face')}?language=en"
    missing = "link no privacy notice yet"
    shown = site.post(address, filled(privacy_notice="http://alder.example/")).content.decode()
    assert "http://alder.example/ is no address of a privacy notice. Write it whole, such as https://" in shown
    assert missing in shown
    site.post(address, filled(privacy_notice=NOTICE))
    shown = site.get(address).content.decode()
    assert missing not in shown
    assert f'href="{NOTICE}"' in shown


@pytest.mark.django_db
def test_the_preview_shows_what_is_typed_in_its_language_and_keeps_nothing(company: Any, site: Client):
    address = f"{reverse('office:face_preview')}?language=ar"
    shown = site.post(address, filled(accent=TEAL, foot=MARKUP)).content.decode()
    assert shown.count('dir="rtl"') == 2
    assert "هل لديك أسئلة؟" in shown
    assert f"/p/face/{TEAL[1:]}.css" in shown
    assert "<img src=x" not in shown
    too_light = site.post(address, filled(accent="#ffff00")).content.decode()
    assert readable_shade("#ffff00") in too_light
    assert "is no colour" in site.post(address, filled(accent="teal")).content.decode()
    company.refresh_from_db()
    assert (company.accent, texts_of(company)) == ("", {})


@pytest.mark.django_db
def test_programs_set_the_face_where_they_may(company: Any):
    administrator, clerk = (Program(world.make_user(company, role)) for role in ("administrator", "clerk"))
    wanted = {
        "accent": TEAL,
        "contact": {"name": "Desk", "email": "", "phone": ""},
        "privacy_notice": NOTICE,
        "texts": [{"language": "de", "place": "foot", "text": "HRB 1"}],
    }
    assert administrator.put("face/", wanted).json() == wanted
    assert clerk.get("face/").json() == wanted
    assert clerk.put("face/", wanted).status_code == 403
    assert refused(administrator.put("face/", {"accent": "#ffff00"})) == (409, "colour_too_light")
    assert refused(administrator.put("face/", {"privacy_notice": "ftp://alder.example/"})) == (409, "bad_notice")
    assert administrator.put("face/", {}).json() == wanted
