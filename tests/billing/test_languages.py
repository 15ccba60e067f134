"""Customers' papers in their language: PDF, mail, and the page behind the link."""

import re
import subprocess
import sys
from datetime import date
from decimal import Decimal
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from billing.models import Invoice
from billing.operations.mint_link import mint_link
from billing.operations.send_invoice import send_invoice
from billing.operations.void_invoice import void_invoice
from billing.pdf import account_pdf, kept_pdf
from customers.models import Customer
from customers.operations.details import AddressDetails, CustomerDetails
from customers.operations.update_customer import update_customer
from ledger.refusals import Refused
from office import written
from office.languages import LANGUAGES, as_written_in
from office.mail.handing_over import hand_over
from office.models import OutgoingMail
from office.operations.update_company import update_company
from office.templatetags import ui
from tests import world
from tests.billing.test_pdf import missing_glyphs, text

ROOT = Path(__file__).parents[2]
sys.path.append(str(ROOT / "tools"))
import words  # noqa: E402

DAY = date(2026, 3, 2)
FILES = sorted((ROOT / "locale").glob("*/LC_MESSAGES/django.po"))
PRINTED = {
    "en": ("Invoice INV-2026-0001", "2 Mar 2026", "€1,234.50", "Please pay by 1 Apr 2026", "Page 1 of 1"),
    "de": (
        "Rechnung INV-2026-0001",
        "02.03.2026",
        "1.234,50 €",
        "Bitte zahlen Sie bis zum 01.04.2026",
        "Seite 1 von 1",
    ),
    "fr": ("Facture INV-2026-0001", "2 mars 2026", "1 234,50 €", "régler au plus tard le 1 avr. 2026", "Page 1 sur 1"),
    "es": ("Factura INV-2026-0001", "2 mar 2026", "1.234,50 €", "que pague hasta el 1 abr 2026", "Página 1 de 1"),
    "nl": ("Factuur INV-2026-0001", "2 mrt 2026", "€ 1.234,50", "Te betalen uiterlijk 1 apr 2026", "Pagina 1 van 1"),
    "ja": ("請求書 INV-2026-0001", "2026/03/02", "€1,234.50", "2026/04/01までにお支払いください", "1 / 1 ページ"),
}
NAMES = {"ar": "شركة النخيل", "ja": "株式会社さくら商事"}


def issued(language: str, **company: Any) -> Invoice:
    """An invoice to a customer of a language."""
    place = AddressDetails(street="Ringstraße 5", postal_code="1010", city="Wien", country="AT")
    office = world.make_company(**company)
    customer = world.make_customer(office, NAMES.get(language, "Bramble"), language=language, addresses=[place])
    return world.issue(customer, [world.line("1234.50", description=NAMES.get(language, "Work"))], DAY)


def content_of(invoice: Invoice) -> bytes:
    return bytes(kept_pdf(invoice).content)


def test_every_language_but_english_has_its_words():
    assert [file.parent.parent.name for file in FILES] == sorted(set(LANGUAGES) - {"en"})


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.parent.name)
def test_every_text_is_translated_with_its_placeholders_and_compiled(file: Path):
    catalog, wanted = words.read_catalog(file), words.collected()
    assert {message.id for message in catalog if message.id} == {message.id for message in wanted if message.id}
    for message in catalog:
        if message.id:
            check_translation(message, catalog.num_plurals)
    assert file.with_suffix(".mo").read_bytes() == words.compiled(catalog)


def check_translation(message: Any, plurals: int) -> None:
    told = [message.string] if isinstance(message.id, str) else message.string
    sources = [message.id] if isinstance(message.id, str) else message.id
    assert all(told), message.id
    assert len(told) == (1 if isinstance(message.id, str) else plurals)
    assert {tuple(sorted(re.findall(r"%\(\w+\)[sd]", one))) for one in (*told, *sources)} == {
        tuple(sorted(re.findall(r"%\(\w+\)[sd]", sources[0])))
    }
    assert not any("%" in re.sub(r"%\(\w+\)[sd]", "", one) for one in told)


@pytest.mark.parametrize("language", PRINTED)
@pytest.mark.django_db
def test_a_pdf_has_the_words_days_and_amounts_of_its_language(language: str):
    invoice = issued(language)
    printed = text(content_of(invoice)).replace("\N{NO-BREAK SPACE}", " ").replace("\N{NARROW NO-BREAK SPACE}", " ")

    assert [wanted for wanted in PRINTED[language] if wanted not in printed] == []
    assert missing_glyphs(content_of(invoice)) == 0


@pytest.mark.django_db
def test_arabic_runs_from_right_to_left_with_its_table_mirrored_and_its_figures_not():
    invoice = issued("ar", phone="+49 30 1234567")
    content = content_of(invoice)
    edges = edges_of(content)

    assert missing_glyphs(content) == 0
    assert edges["EUR"][1] < 200  # the amounts stand on the left
    assert edges["INV-2026-0001"][0] < edges["Ringstraße"][0]
    assert "+49 30 1234567" in text(content)
    assert "1010 Wien" in text(content)


def edges_of(content: bytes) -> dict[str, tuple[float, float]]:
    """Left and right edge of the first place of every word, in points."""
    html = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=content, capture_output=True, check=True).stdout
    found = re.findall(r'xMin="([\d.]+)" yMin="[\d.]+" xMax="([\d.]+)" yMax="[\d.]+">(.*?)<', html.decode())
    return {re.sub("[\u2066-\u2069\u200e\u200f]", "", word): (float(a), float(b)) for a, b, word in reversed(found)}


@pytest.mark.django_db
def test_a_document_keeps_the_language_it_was_issued_in(clerk: Any):
    invoice = issued("fr")
    before = account_pdf(invoice)
    customer = Customer.objects.get(pk=invoice.customer_id)
    update_customer(customer.pk, CustomerDetails("Bramble", language="nl"), version=customer.version, by=clerk)
    again = Invoice.objects.get(pk=invoice.pk)

    assert again.printed["language"] == "fr"
    assert again.printed["buyer"]["address"][-1] == "Autriche"
    assert account_pdf(again) == before
    assert "ANNULÉ" in text(content_of(void_invoice(again.pk, reason="twice", by=None, on=DAY)))


@pytest.mark.django_db
def test_a_void_document_says_so_in_its_language():
    invoice = void_invoice(issued("de").pk, reason="doppelt", by=None, on=DAY)

    assert "STORNIERT" in text(content_of(invoice))


@pytest.mark.parametrize(
    ("language", "country", "tag"),
    [
        ("en", "US", "en"),
        ("en", "DE", "en-gb"),
        ("de", "CH", "de-ch"),
        ("de", "GB", "de"),
        ("de-at", "DE", "de-at"),
        ("xx", "FR", "en-gb"),
        ("fr", "", "fr"),
    ],
)
def test_a_language_is_written_as_in_the_companys_country(language: str, country: str, tag: str):
    assert as_written_in(language, country) == tag


@pytest.mark.django_db
def test_a_mail_is_in_the_language_of_its_document():
    invoice = issued("de")
    [mail] = send_invoice(invoice.pk, by=None)
    hand_over(mail.pk)

    sent = message_from_bytes(bytes(OutgoingMail.objects.get(pk=mail.pk).kept_message), policy=SMTP)
    plain, html = (sent.get_body((kind,)).get_content() for kind in ("plain", "html"))
    assert sent["Subject"] == "Rechnung INV-2026-0001 von Alder Ltd, fällig am 01.04.2026"
    assert "Anbei erhalten Sie die Rechnung INV-2026-0001 über 1.234,50\N{NO-BREAK SPACE}€." in plain
    assert '<html lang="de-de" dir="ltr">' in html
    assert "<strong>1.234,50\N{NO-BREAK SPACE}€</strong>" in html


@pytest.mark.django_db
def test_the_page_behind_the_link_is_in_the_language_of_its_document(client: Client):
    invoice = issued("ar")
    link = client.get(f"/p/{mint_link(invoice, invoice.customer.contacts.get())}/")["Location"]
    page = client.get(link).content.decode()

    assert '<html lang="ar" dir="rtl">' in page
    assert "فاتورة" in page
    assert "تنزيل PDF" in page
    assert "Download" not in page


@pytest.mark.django_db
def test_a_page_about_no_document_is_in_the_readers_language(client: Client):
    answer = client.get("/p/nothing/", headers={"Accept-Language": "nl-BE,en;q=0.5"})

    assert "Deze link opent niets" in answer.content.decode()


@pytest.mark.django_db
def test_a_new_customer_takes_the_companys_language_unless_another_is_named(company: Any):
    update_company(company.pk, {"language": "nl"}, by=None)
    company.refresh_from_db()

    assert world.make_customer(company, "Bramble").language == "nl"
    assert world.make_customer(company, "Cedar", language="ja").language == "ja"


@pytest.mark.django_db
def test_a_language_without_words_is_refused(company: Any):
    with pytest.raises(Refused, match="not written in 'xx'") as refusal:
        world.make_customer(company, language="xx")
    assert refusal.value.code == "unknown_language"
    with pytest.raises(Refused):
        update_company(company.pk, {"language": "xx"}, by=None)

    company.refresh_from_db()
    assert (company.language, Customer.objects.count()) == ("en", 0)


@pytest.mark.django_db
def test_amounts_below_zero_keep_their_sign_in_front_in_arabic():
    with override("ar"):
        assert written.plain_amount(Decimal(-5), "EUR") == "\N{LEFT-TO-RIGHT MARK}\N{MINUS SIGN}5.00"
        assert ui.apart("DE 12") == "\u2068DE 12\u2069"
    assert ui.apart("DE 12") == "DE 12"


SCRIPTS = {"ar": r"[\u0600-\u06ff]", "ja": r"[\u3040-\u30ff\u4e00-\u9fff]"}


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.parent.parent.name)
def test_no_text_is_in_the_script_of_another_language(file: Path):
    language = file.parent.parent.name
    foreign = "|".join(script for name, script in SCRIPTS.items() if name != language)
    said = [str(message.string) for message in words.read_catalog(file) if message.id]
    assert [text for text in said if re.search(foreign, text)] == []
