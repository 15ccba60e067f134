"""Which files of other products an opening understands as they come. A module each says where its headings are from."""

from billing.opening.formats import invoice_ninja, quickbooks, stripe, xero
from office.reading.formats import Formats

FORMATS = Formats(
    (
        quickbooks.REPORT,
        xero.INVOICES,
        stripe.INVOICES,
        invoice_ninja.CREDITS,
        invoice_ninja.PAYMENTS,
        invoice_ninja.INVOICES,
    )
)
