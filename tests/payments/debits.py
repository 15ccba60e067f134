"""Direct debits, for tests: an office that may debit, customers with mandates, and runs of a known day."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from customers.models import Customer
from office.models import ApprovalRequest, BankAccount, Company
from office.operations.decide_request import approve_request
from office.operations.update_company import update_company
from payments.debit_choice import choose_debits
from payments.models import DebitCollection, DebitRun
from payments.operations.prepare_debit_run import RunDetails, prepare_debit_run
from tests import world
from tests.customers.accounts import confirmed, iban_account, us_account
from tests.customers.test_mandates import signed
from tests.payments.bank_samples import OURS

SIGNED = date(2026, 1, 5)
US_ROUTING, COMPANY_ID = "121042882", "1210428821"


def may_debit(company: Company, **settings: Any) -> BankAccount:
    """Let a company debit, without notices unless told otherwise, into its euro account."""
    values = {"creditor_identifier": "DE98ZZZ09999999999", "ach_company_id": COMPANY_ID, "debit_notice_days": 0}
    update_company(company.pk, values | settings, by=None)
    company.refresh_from_db()
    told = {"company": company, "name": "Main", "holder": "Alder", "iban": OURS, "currency": "EUR"}
    account, _ = BankAccount.objects.get_or_create(**told, defaults={"bic": "BYLADEM1001"})
    return account


def dollar_account(company: Company) -> BankAccount:
    """A US account of ours."""
    return BankAccount.objects.create(
        company=company, name="Wells", holder="Alder Inc", iban="0001234567", bic=US_ROUTING, currency="USD"
    )


def with_mandate(customer: Customer, number: str = "", **details: Any) -> Customer:
    """The customer, with a mandate for an account of theirs."""
    account = confirmed(customer, us_account() if details.get("scheme") == "ach" else iban_account(number or IBANS[0]))
    signed(customer, account, **{"signed_on": SIGNED} | details)
    return customer


IBANS = ["DE89370400440532013000", "FR1420041010050500013M02606", "GB29NWBK60161331926819", "NL91ABNA0417164300"]


def tomorrow(company: Company) -> date:
    return company.today() + timedelta(days=1)


def run_for(company: Company, by: Any = None, **details: Any) -> DebitRun:
    """A run of what is due by tomorrow; made at once unless somebody prepares it."""
    account = details.pop("account", None) or company.bank_accounts.get(currency="EUR")
    values = {"scheme": "core", "bank_account_id": account.pk, "collect_on": tomorrow(company)} | details
    return prepare_debit_run(company, RunDetails(**values), by=by)


def approved(run: DebitRun, by: Any) -> DebitRun:
    """The run, with its file, by a second person."""
    approve_request(ApprovalRequest.objects.get(action="approve_debit_run", subject_id=run.pk).pk, by=by)
    run.refresh_from_db()
    return run


def debit_of(customer: Customer) -> DebitCollection:
    """The latest debit of a customer."""
    return DebitCollection.objects.filter(customer=customer).latest("pk")


def state_of(customer: Customer) -> tuple[str, Decimal]:
    """How the latest debit stands, and what the customer owes now."""
    return debit_of(customer).state, world.owes(customer, customer.company.today())


def chosen(company: Company, on: date | None = None) -> tuple[list[tuple[str, Decimal]], list[tuple[str, str]]]:
    """Who will be debited and how much, and what will not and why."""
    choice = choose_debits(company, "core", on or tomorrow(company))
    return (
        [(debit.mandate.customer.name, debit.amount) for debit in choice.debits],
        [(other.item.reference, other.reason) for other in choice.others],
    )
