"""A made-up document that shows how a company's papers look; it is kept nowhere, and is marked as a draft."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.looks import Texts, printed_look
from billing.models import DocumentKind, Invoice, InvoiceLine, Tax
from billing.pdf.page import page_of
from billing.printed import printed_facts
from billing.tax_choice import taxes_of
from billing.totals import tax_rows, total_invoice
from customers.models import Customer
from office.languages import as_written_in
from office.models import Company
from office.papers.renderer import Pictures, render_pdf, render_pictures

PRICES = [("3", "120"), ("1", "2450"), ("12", "8.5")]


def sample_pdf(company: Company, language: str, kind: str, texts: Texts) -> bytes:
    """The sample as PDF. Raises PdfUnavailable."""
    return render_pdf(_page(company, language, kind, texts), identifier=f"sample {language} {kind}")


def sample_pictures(company: Company, language: str, kind: str, texts: Texts) -> Pictures:
    """The sample as pictures, with a colour and texts that need not be kept. Raises PdfUnavailable."""
    return render_pictures(_page(company, language, kind, texts))


def _page(company: Company, language: str, kind: str, texts: Texts) -> str:
    with override(as_written_in(language, company.country)):
        customer = Customer(company=company, number="00001", name=_("Sample customer"), language=language)
        invoice = Invoice(company=company, customer=customer, kind=DocumentKind(kind), currency=company.currency)
        invoice.dated_on = company.today()
        lines = [_line(invoice, place, _usual_tax(company)) for place in range(len(PRICES))]
        rows = tax_rows(invoice, lines, total_invoice(invoice, lines))
        invoice.printed = printed_facts(invoice, customer) | {"opening": ""} | printed_look(invoice, language, texts)
    return page_of(invoice, lines, rows)


def _line(invoice: Invoice, place: int, tax: Tax | None) -> InvoiceLine:
    quantity, price = map(Decimal, PRICES[place])
    description = " ".join([_("Sample article"), str(place + 1)])
    return InvoiceLine(
        invoice=invoice, position=place + 1, description=description, quantity=quantity, unit_price=price, tax=tax
    )


def _usual_tax(company: Company) -> Tax | None:
    """The company's first tax that has a rate today."""
    return next((tax for tax in taxes_of(company).values() if tax.percent_on(company.today())), None)
