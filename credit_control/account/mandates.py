"""The way from the page of a document to giving a mandate: through the account, behind its mailed code."""

from django.urls import reverse
from django.utils.translation import gettext as _

from billing.customer_acts import CustomerAct, CustomerActs
from billing.customer_view import CustomerView
from billing.models import DocumentLink, DocumentStatus
from credit_control.account.offered import MANDATE, may_see_account
from payments.debiting import CURRENCY_OF
from payments.mandate_offer import scheme_offered


def mandate_acts(link: DocumentLink, view: CustomerView) -> CustomerActs:
    """Paying by direct debit from now on, where it can be collected and no mandate holds or waits."""
    invoice = view.invoice
    if invoice.is_credit_memo or invoice.status == DocumentStatus.VOID or not may_see_account(link.contact):
        return CustomerActs()
    scheme = scheme_offered(invoice.customer)
    if not scheme or CURRENCY_OF[scheme] != invoice.currency:
        return CustomerActs()
    url = reverse("account:from_document", args=[link.ref]) + f"?to={MANDATE}"
    return CustomerActs([CustomerAct(_("Pay by direct debit from now on"), "building-bank", url)])
