"""Whether a customer may give a mandate by themselves, and by which scheme."""

from customers.mandates import MandateWithState, with_state
from customers.models import Customer, MandateScheme
from ledger.refusals import Refused
from office.models import Company
from payments.debit_choice import is_live
from payments.our_accounts import DOLLARS, EURO, require_fits

SCHEME_OF: dict[str, str] = {EURO: MandateScheme.CORE, DOLLARS: MandateScheme.ACH}
"""What is given online, by the customer's currency. B2B mandates are not: the payer's bank has to have them, too."""


def scheme_offered(customer: Customer) -> str:
    """The scheme of the mandate that a customer may give; nothing where we cannot collect, or one holds or waits."""
    return "" if standing_mandates(customer) else scheme_collected(customer)


def scheme_collected(customer: Customer) -> str:
    """By which scheme we can collect from a customer, in their currency; nothing where we cannot."""
    scheme = SCHEME_OF.get(customer.currency, "")
    return scheme if scheme and customer.is_active and _collects(customer.company, customer.currency, scheme) else ""


def standing_mandates(customer: Customer) -> list[MandateWithState]:
    """The mandates of a customer under which we may collect, and one that waits to be looked at."""
    rows = with_state(customer.mandates.select_related("account"), customer.company.today())
    found = rows.select_related("account", "given__contact", "given__company").order_by("-pk")
    return [each for each in found if each.state == "waiting" or is_live(each)]


def _collects(company: Company, currency: str, scheme: str) -> bool:
    for account in company.bank_accounts.filter(currency=currency).select_related("company"):
        try:
            require_fits(account, scheme)
        except Refused:
            continue
        return True
    return False
