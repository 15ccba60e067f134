"""How a company's papers look: its colour, its texts in each language, and the sample that shows both."""

import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from billing.looks import PaperWords, texts_of
from billing.models import Invoice, PaperText
from billing.operations.set_paper_looks import set_paper_looks
from billing.pdf import draft_pdf, kept_pdf
from billing.pdf.page import page_of
from billing.pdf.sample import sample_pdf
from ledger.refusals import Refused
from office.face.colours import contrast_with_white, readable_shade, require_readable
from office.models import AuditRecord, Company
from office.operations.update_company import update_company
from tests import world
from tests.api.calling import Program, refused
from tests.billing.test_pdf import text

DAY = date(2026, 3, 2)
BLUE = "#1f4e8c"
GERMAN = {("de", "invoice"): PaperWords("Vielen Dank für Ihren Auftrag.", "Gerichtsstand ist Berlin.")}


@pytest.mark.parametrize(
    ("colour", "contrast"),
    [("#000000", 21.0), ("#ffffff", 1.0), ("#767676", 4.54), ("#777777", 4.48), ("#ff0000", 4.0)],
)
def test_contrast_is_that_of_the_web_guidelines(colour: str, contrast: float):
    assert contrast_with_white(colour) == pytest.approx(contrast, abs=0.005)


def test_a_colour_that_cannot_be_read_on_white_is_refused_with_one_that_can():
    with pytest.raises(Refused, match="#7fb3ff is too light to be read on white paper") as refusal:
        require_readable("#7fb3ff")
    assert refusal.value.code == "colour_too_light"
    assert readable_shade("#7fb3ff") in refusal.value.message
    assert contrast_with_white(readable_shade("#7fb3ff")) >= 4.5
    require_readable("#767676")


@pytest.mark.parametrize("colour", ["red", "#12345", "#1234567", "#12345G", "#fff;} body{", "#ABCDEF"])
def test_what_is_no_colour_is_refused(colour: str):
    with pytest.raises(Refused) as refusal:
        require_readable(colour)
    assert refusal.value.code == "bad_colour"


@pytest.mark.django_db
def test_new_documents_print_the_looks_of_their_language_and_kind(company: Any):
    set_paper_looks(company, accent=BLUE, texts=GERMAN, by=None)
    german, french = (
        world.issue(world.make_customer(company, name, language=language), "5.00", DAY)
        for name, language in (("Bramble", "de"), ("Ronce", "fr"))
    )
    memo = world.issue_credit_memo(german.customer, "5.00", DAY)

    assert german.printed["opening"] == "Vielen Dank für Ihren Auftrag."
    assert german.printed["footer"] == "Gerichtsstand ist Berlin."
    assert {paper.printed["accent"] for paper in (german, french, memo)} == {BLUE}
    assert "opening" not in french.printed
    assert "opening" not in memo.printed
    printed = text(bytes(kept_pdf(german).content))
    assert printed.index("Rechnung INV") < printed.index("Vielen Dank") < printed.index("Bezeichnung")
    assert "Gerichtsstand ist Berlin." in printed


@pytest.mark.django_db
def test_a_document_issued_before_keeps_its_looks(company: Any):
    customer = world.make_customer(company, language="de")
    plain = world.issue(customer, "5.00", DAY)
    set_paper_looks(company, accent=BLUE, texts=GERMAN, by=None)
    blue = world.issue(customer, "5.00", DAY)
    before = page_of(Invoice.objects.get(pk=blue.pk))
    set_paper_looks(company, accent="#8c1f1f", texts={("de", "invoice"): PaperWords("Anders")}, by=None)

    assert "accent" not in plain.printed
    assert "Vielen Dank" not in text(bytes(kept_pdf(plain).content))
    assert page_of(Invoice.objects.get(pk=blue.pk)) == before
    assert f"--accent: {BLUE}" in before
    assert "Anders" in text(draft_pdf(world.draft(Invoice.objects.get(pk=plain.pk).customer, "5.00")))


@pytest.mark.django_db
def test_the_colour_is_on_the_paper(company: Any):
    customer = world.make_customer(company)
    plain = bytes(kept_pdf(world.issue(customer, "5.00", DAY)).content)
    set_paper_looks(company, accent=BLUE, texts={}, by=None)
    blue = bytes(kept_pdf(world.issue(world.Customer.objects.get(), "5.00", DAY)).content)

    assert colour_of(BLUE) in drawn(blue)
    assert colour_of(BLUE) not in drawn(plain)


def colour_of(colour: str) -> str:
    """The colour as PDF writes it to fill with, to two places."""
    return " ".join(f"{int(colour[place : place + 2], 16) / 255:.2f}" for place in (1, 3, 5))


def drawn(content: bytes) -> set[str]:
    """The colours that letters and areas are filled with on the first page, to two places."""
    shown = PdfReader(BytesIO(content)).pages[0].get_contents().get_data().decode("latin-1")
    found = re.findall(r"([\d.]+) ([\d.]+) ([\d.]+) (?:rg|scn|RG|SCN)\b", shown)
    return {" ".join(f"{float(part):.2f}" for part in parts) for parts in found}


@pytest.mark.django_db
def test_typed_markup_is_printed_as_it_was_typed(company: Any):
    typed = "<b style='color:red'>x</b> {{ company }}"
    set_paper_looks(company, texts={("en", "invoice"): PaperWords(typed, typed)}, by=None)
    printed = text(bytes(kept_pdf(world.issue(world.make_customer(company), "5.00", DAY)).content))
    assert printed.count(typed) == 2


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("key", "words", "code"),
    [
        (("pt", "invoice"), PaperWords("x"), "unknown_language"),
        (("de", "receipt"), PaperWords("x"), "unknown_kind"),
        (("de", "invoice"), PaperWords("x" * 1001), "text_too_long"),
        (("de", "invoice"), PaperWords(foot="x" * 251), "text_too_long"),
        (("de", "invoice"), PaperWords(foot="1\n2\n3\n4"), "text_too_long"),
    ],
)
def test_what_papers_have_no_place_for_is_refused_and_nothing_changes(
    company: Any, key: tuple[str, str], words: PaperWords, code: str
):
    set_paper_looks(company, texts=GERMAN, by=None)
    with pytest.raises(Refused) as refusal:
        set_paper_looks(company, accent=BLUE, texts={("fr", "invoice"): PaperWords("y"), key: words}, by=None)
    assert refusal.value.code == code
    company = Company.objects.get()
    assert (company.accent, texts_of(company)) == ("", GERMAN)


@pytest.mark.django_db
def test_the_trail_says_what_changed_and_an_emptied_text_is_gone(company: Any, manager: Any):
    set_paper_looks(company, accent=BLUE, texts=GERMAN, by=manager)
    assert AuditRecord.objects.get(action="update_company").after == {"accent": BLUE}
    assert AuditRecord.objects.get(action="set_paper_looks").after == {
        "de invoice above": "Vielen Dank für Ihren Auftrag.",
        "de invoice foot": "Gerichtsstand ist Berlin.",
    }
    set_paper_looks(company, accent=BLUE, texts=GERMAN, by=manager)
    assert AuditRecord.objects.filter(action__in=["update_company", "set_paper_looks"]).count() == 2

    assert set_paper_looks(company, texts={("de", "invoice"): PaperWords(" \r\n ")}, by=manager) == {}
    assert not PaperText.objects.exists()


@pytest.mark.django_db
def test_the_database_takes_no_colour_that_is_none(company: Any):
    with pytest.raises(IntegrityError, match="company_accent_is_a_colour"), transaction.atomic():
        Company.objects.update(accent="red;")
    with pytest.raises(Refused):
        update_company(company.pk, {"accent": "red;"}, by=None)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "nl", "ar", "ja"])
def test_a_sample_is_marked_as_a_draft_and_kept_nowhere(company: Any, language: str):
    world.make_tax(company, "19")
    content = sample_pdf(company, language, "credit_memo", {(language, "credit_memo"): PaperWords("Opening 7")})

    printed = text(content)
    assert "Opening 7" in printed
    assert "INV-" not in printed
    assert "2,912.00" in printed or "2.912,00" in printed or "912,00" in printed or "2912,00" in printed
    assert not Invoice.objects.exists()


@pytest.fixture
def site(company: Any, client: Client) -> Client:
    client.force_login(world.make_user(company, "administrator"))
    return client


def typed(**more: str) -> dict[str, str]:
    words = {f"{kind}_{place}": "" for kind in ("invoice", "credit_memo") for place in ("above", "foot")}
    return {"accent": "#16202c", "shown": "invoice", **words, **more}


@pytest.mark.django_db
def test_the_page_keeps_one_language_at_a_time(company: Any, site: Client):
    address = reverse("billing:paper_looks")
    kept = site.post(f"{address}?language=fr", typed(accent=BLUE, invoice_above="Bonjour\r\nà tous"))
    assert kept.url == f"{address}?language=fr"
    site.post(f"{address}?language=de", typed(invoice_above="Guten Tag"))

    company.refresh_from_db()
    assert company.accent == ""
    assert texts_of(company) == {
        ("fr", "invoice"): PaperWords("Bonjour\nà tous"),
        ("de", "invoice"): PaperWords("Guten Tag"),
    }
    shown = site.get(f"{address}?language=fr").content.decode()
    assert "Bonjour" in shown
    assert "Guten Tag" not in shown


@pytest.mark.django_db
def test_the_page_says_why_a_colour_is_refused_and_keeps_what_was_typed(company: Any, site: Client):
    answer = site.post(reverse("billing:paper_looks"), typed(accent="#ffff00", invoice_above="Hello"))
    shown = answer.content.decode()
    assert "#ffff00 is too light to be read on white paper: its contrast is 1.07 to 1" in shown
    assert "Hello" in shown
    company.refresh_from_db()
    assert (company.accent, texts_of(company)) == ("", {})


@pytest.mark.django_db
def test_the_preview_shows_what_is_typed_and_keeps_nothing(company: Any, site: Client):
    address = f"{reverse('billing:paper_preview')}?language=ar"
    plain, blue, refused_ = (
        site.post(address, typed(**more))
        for more in ({}, {"accent": BLUE, "shown": "credit_memo"}, {"accent": "#ffff00"})
    )
    assert plain.context["shown"].pages == blue.context["shown"].pages == 1
    assert plain.context["shown"].pictures != blue.context["shown"].pictures
    assert "too light" in refused_.content.decode()
    company.refresh_from_db()
    assert company.accent == ""

    pdf = site.get(f"{reverse('billing:paper_sample')}?language=ja&kind=credit_memo")
    assert pdf.content.startswith(b"%PDF")


@pytest.mark.django_db
def test_programs_set_the_looks_where_they_may(company: Any):
    administrator, clerk = (Program(world.make_user(company, role)) for role in ("administrator", "clerk"))
    wanted = {"accent": BLUE, "texts": [{"language": "de", "kind": "invoice", "above": "Hallo"}]}
    answer = administrator.put("paper-looks/", wanted).json()

    assert answer == {
        "accent": BLUE,
        "texts": [{"language": "de", "kind": "invoice", "above": "Hallo", "foot": ""}],
    }
    assert clerk.get("paper-looks/").json() == answer
    assert clerk.put("paper-looks/", wanted).status_code == 403
    assert refused(administrator.put("paper-looks/", {"accent": "#ffff00"})) == (409, "colour_too_light")
    sample = clerk.get("paper-looks/sample/", language="de")
    assert sample.content.startswith(b"%PDF")
    assert "Hallo" in text(sample.content)
