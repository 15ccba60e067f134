"""How the rendering process reads pages: quicker than usual, with the same result."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from billing.operations.credit_invoice import credit_invoice
from billing.operations.void_invoice import void_invoice
from billing.pdf import draft_pdf
from billing.pdf.page import page_of
from office.languages import LANGUAGES
from office.models import BankAccount
from office.operations.update_company import set_logo
from office.papers.renderer import PdfUnavailable, Renderer
from tests import world
from tests.billing.test_pdf import a_picture, text
from tests.billing.test_swiss_slips import PLAIN_IBAN, QR_IBAN, rutschmann, swiss_company

DAY = date(2026, 3, 2)


@pytest.fixture(scope="module")
def renderers() -> Iterator[tuple[Renderer, Renderer]]:
    """Ours, and one that does as WeasyPrint usually does."""
    ours, usual = Renderer(), Renderer()
    usual.script = Path(__file__).with_name("usual_child.py")
    yield ours, usual
    ours.stop()
    usual.stop()


def is_same(renderers: tuple[Renderer, Renderer], page: str) -> bool:
    ours, usual = (renderer.render(page, "1") for renderer in renderers)
    return ours == usual


@pytest.fixture
def customer(company: Any) -> Any:
    """Of a company that shows all it can: a logo, and an account with a code to scan."""
    set_logo(company.pk, a_picture("PNG"), by=None)
    company.refresh_from_db()
    account = {"holder": "Alder Ltd", "iban": "DE02120300000000202051", "bic": "BYLADEM1001", "currency": "EUR"}
    BankAccount.objects.create(company=company, name="Main", **account)
    return world.make_customer(company)


def lines_of(company: Any) -> list[Any]:
    taxes = [world.make_tax(company, "19"), world.make_tax(company, "7")]
    lines = [world.line("9.50", str(n), taxes[n % 2], description=f"Item {n}") for n in range(1, 40)]
    discounted = world.line("10", "3", taxes[0], description="Hours", section="Labour", discount_percent=Decimal(5))
    return [*lines, discounted, world.line("1", description="<b>&amp;\n" + "very " * 400, section="Parts & more")]


@pytest.mark.django_db
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_language_gives_the_same_bytes_as_usual(renderers: Any, customer: Any, language: str) -> None:
    customer.language = language
    customer.save()
    invoice = world.issue(customer, lines_of(customer.company), DAY, note="Thank you & <goodbye>", po_number="7")
    assert is_same(renderers, page_of(invoice))


@pytest.mark.django_db
def test_every_kind_of_document_gives_the_same_bytes_as_usual(renderers: Any, customer: Any) -> None:
    lines = lines_of(customer.company)
    invoice = world.issue(customer, lines, DAY)
    memo = credit_invoice(invoice.pk, None, reason="Damaged", by=None, on=DAY)
    void = void_invoice(world.issue(customer, "1.00", DAY).pk, reason="twice", by=None, on=DAY)

    assert all(is_same(renderers, page_of(each)) for each in (memo, void, world.draft(customer, lines)))


@pytest.mark.django_db
@pytest.mark.parametrize("details", [{}, {"addresses": []}, {"language": "ar"}])
def test_a_swiss_slip_gives_the_same_bytes_as_usual(renderers: Any, details: dict[str, Any]) -> None:
    company = swiss_company((QR_IBAN, "CHF"), (PLAIN_IBAN, "CHF"))
    page = page_of(world.issue(rutschmann(company, **details), "1949.75", DAY))
    assert 'class="slip"' in page
    assert is_same(renderers, page)


@pytest.mark.parametrize("leaning", ["<h2>Title</h2>", "<ul><li>a</li></ul>", "<h4>Part</h4>"])
def test_a_page_that_leans_on_a_browsers_own_rules_is_told_apart(renderers: Any, leaning: str) -> None:
    """The control: what our style sheet says nothing of looks otherwise."""
    assert not is_same(renderers, f"<html><body>{leaning}</body></html>")


def test_a_page_that_is_not_well_formed_is_refused(renderers: Any) -> None:
    with pytest.raises(PdfUnavailable, match="mismatched tag"):
        renderers[0].render("<html><body><br></body></html>", "1")


@pytest.mark.django_db
def test_characters_that_no_page_may_have_are_left_out(customer: Any) -> None:
    typed = "a\x0bb\x1fc\x85d\ufffee"
    customer.name = typed
    invoice = world.draft(customer, [world.line("1.00", description=typed, section=typed)], note=typed)
    assert text(draft_pdf(invoice)).count("abcde") == 3
