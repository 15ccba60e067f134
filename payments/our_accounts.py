"""Whether payment files can be made for an account of ours, and how it is named in them."""

from customers.account_numbers import check_iban, check_routing_number, plain
from customers.models import MandateScheme
from ledger.refusals import Refused
from office.models import BankAccount
from payments.payment_files.pain import Ours

DOLLARS, EURO = "USD", "EUR"


def sepa_ours(account: BankAccount, *, debits: bool) -> Ours:
    """Our side of a SEPA file. Raises Refused where the account or, for debits, the creditor identifier will not do."""
    company = account.company
    number = check_iban(account.iban)
    if account.currency != EURO or not number.is_valid:
        raise Refused(
            f"{account.name} is no euro account with an IBAN, so no SEPA file is made for it.", code="bad_account"
        )
    if debits and not company.creditor_identifier:
        raise Refused("Type our SEPA creditor identifier under Settings first.", code="creditor_identifier_missing")
    identifier = company.creditor_identifier if debits else ""
    return Ours(account.holder, number.number, plain(account.bic), identifier)


def ach_routing_number(account: BankAccount) -> str:
    """Our bank's routing number. Raises Refused where the account or our ACH company id will not do."""
    routing = check_routing_number(account.bic)
    if account.currency != DOLLARS or not routing.is_valid:
        raise Refused(
            f"{account.name} is no dollar account with a routing number, so no ACH file is made for it.",
            code="bad_account",
        )
    if not account.company.ach_company_id:
        raise Refused("Type our ACH company id under Settings first.", code="ach_company_id_missing")
    return routing.number


def require_fits(account: BankAccount, scheme: str) -> None:
    """Raise Refused where a scheme's debits cannot be collected into an account."""
    if scheme == MandateScheme.ACH:
        ach_routing_number(account)
    else:
        sepa_ours(account, debits=True)
