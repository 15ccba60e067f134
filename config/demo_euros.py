"""What the demo office does in euros: it debits one customer, and pays another back what came twice."""

from datetime import date, timedelta
from decimal import Decimal

from billing.models import Invoice, Tax
from billing.operations.details import InvoiceDetails, LineDetails
from billing.operations.draft_invoice import draft_invoice
from billing.operations.issue_invoice import issue_invoice
from customers.models import AccountKind, Customer, CustomerAccount, MandateScheme
from customers.operations.add_account import AccountDetails, add_account
from customers.operations.create_customer import create_customer
from customers.operations.details import AddressDetails, ContactDetails, CustomerDetails
from customers.operations.manage_mandates import MandateDetails, add_mandate
from office.models import BankAccount, Company, User
from office.operations.set_exchange_rates import set_exchange_rate
from office.operations.update_company import update_company
from payments.operations.apply_credits import apply_oldest_first
from payments.operations.give_mandate import give_mandate
from payments.operations.prepare_debit_run import RunDetails, prepare_debit_run
from payments.operations.record_receipt import ReceiptDetails, record_receipt
from payments.operations.refund_credit import RefundDetails, refund_credit
from payments.operations.set_bank_accounts import BankDetails, set_bank_accounts

CREDITOR = {"creditor_identifier": "GB98ZZZSDDNWBK0000012345", "debit_notice_days": 0}
EUROS = BankDetails("Euro account", "Harbour & Finch Ltd", "GB29NWBK60161331926819", "NWBKGB2L", "EUR")
WEBER = ("Weber Ladenbau GmbH", "Domstraße 8", "50668", "Köln", "DE", "de", "DE89370400440532013000")
VASSEUR = ("Comptoir Vasseur SARL", "14 rue de Paris", "59000", "Lille", "FR", "fr", "FR1420041010050500013M02606")
OTHER_IBAN = "FR7630006000011234567890189"
RATE, TWICE = Decimal("0.8561"), Decimal("180.00")


def add_euros(company: Company, today: date, by: User) -> None:
    """A debit run and a mandate given online that wait for the manager's word, and a refund that waits for its file."""
    update_company(company.pk, CREDITOR, by=by)
    account = _euro_account(company, by)
    company.refresh_from_db()
    for day in (today - timedelta(days=25), today - timedelta(days=3)):
        set_exchange_rate(company, "EUR", day, RATE, by=by)
    weber, theirs = _customer(company, WEBER, by)
    add_mandate(weber, MandateDetails(theirs.pk, MandateScheme.CORE, today - timedelta(days=60)), by=by)
    _invoice(weber, "Shop fittings, first part", "1240.00", today, by)
    prepare_debit_run(company, RunDetails(MandateScheme.CORE, account.pk, today + timedelta(days=2)), by=by)
    _pay_back(company, today, by)


def _euro_account(company: Company, by: User) -> BankAccount:
    kept = company.bank_accounts.order_by("pk")
    known = [BankDetails(each.name, each.holder, each.iban, each.bic, each.currency) for each in kept]
    return set_bank_accounts(company.pk, [*known, EUROS], by=by)[-1]


def _customer(
    company: Company, told: tuple[str, str, str, str, str, str, str], by: User
) -> tuple[Customer, CustomerAccount]:
    name, street, postal_code, city, country, language, iban = told
    details = CustomerDetails(
        name=name,
        currency="EUR",
        language=language,
        net_days=14,
        contacts=[ContactDetails(city, f"accounts@{name.split()[0].lower()}.example")],
        addresses=[AddressDetails(street=street, postal_code=postal_code, city=city, country=country)],
    )
    customer = create_customer(company, details, by=by)
    account = add_account(customer, AccountDetails(AccountKind.IBAN, iban, name), by=None, reason="Their order form")
    return customer, account


def _invoice(customer: Customer, what: str, amount: str, today: date, by: User) -> Invoice:
    tax = Tax.objects.get(company=customer.company, name="Zero-rated")
    line = LineDetails(what, Decimal(amount), tax_id=tax.pk)
    details = InvoiceDetails(customer.pk, [line], dated_on=today - timedelta(days=20))
    return issue_invoice(draft_invoice(customer.company, details, by=by).pk, by=by, on=today)


def _pay_back(company: Company, today: date, by: User) -> None:
    """Paid twice in part: what came too much goes back by the next file."""
    vasseur, _ = _customer(company, VASSEUR, by)
    invoice = _invoice(vasseur, "Display crates", "480.00", today, by)
    details = ReceiptDetails(
        vasseur.pk, today - timedelta(days=3), invoice.total + TWICE, "EUR", reference=invoice.number
    )
    receipt = record_receipt(company, details, by=by)
    credit = receipt.entry.items.get().pk
    apply_oldest_first(vasseur, dated_on=today, by=by, only_credits=[credit], currency="EUR")
    refund_credit(vasseur, RefundDetails(credit, TWICE, today, "Paid twice in part"), by=by)
    theirs = AccountDetails(AccountKind.IBAN, OTHER_IBAN, vasseur.name)
    give_mandate(vasseur.contacts.get().pk, theirs, on=today, network="192.0.2.0/24")
