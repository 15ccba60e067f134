"""A demo office: one company with staff, customers, and eight months of invoices and payments, the same each time."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from django.contrib.auth.models import Group
from django.core.management.base import BaseCommand
from django.db import transaction

from billing.models import Invoice, Product, Tax
from billing.operations.bill_recurring import bill_recurring
from billing.operations.credit_invoice import credit_invoice
from billing.operations.details import InvoiceDetails, LineDetails
from billing.operations.draft_invoice import draft_invoice, draft_invoices
from billing.operations.issue_invoice import issue_invoices
from billing.operations.manage_price_lists import PriceListDetails, UseDetails, add_price_list, assign_price_list
from billing.operations.manage_products import ProductDetails, add_product, set_product_group
from billing.operations.manage_recurring import add_recurring_invoice
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.operations.record_usage import UsageDetails, record_usage
from billing.operations.recurring_details import RecurringDetails, RecurringLineDetails
from billing.operations.set_prices import PriceDetails, set_prices
from config.demo_customer_acts import add_customer_acts
from config.demo_disputes import add_disputes
from config.demo_euros import add_euros
from config.demo_face import add_face
from config.demo_getting_paid import add_plans, add_promises, add_provision_rates, add_reminders
from config.demo_holds import add_holds
from config.demo_late_charges import add_late_charges
from config.demo_orders import add_orders
from config.demo_payments import add_rough_payments
from config.demo_statements import add_statements
from config.demo_talk import add_talk
from config.first_company import open_company
from credit_control.operations.find_missed_payments import find_missed_payments
from customers.models import Customer, CustomerGroup
from customers.operations.add_account import LONGEST_HOLDER, AccountDetails, add_account
from customers.operations.add_customer_group import add_customer_group
from customers.operations.create_customer import create_customer
from customers.operations.details import AddressDetails, ContactDetails, CustomerDetails
from ledger.allocating import Pair
from ledger.models import Account, ItemKind, OpenItem
from ledger.present import present
from office.models import Company, User
from office.operations.set_daily_digest import set_daily_digest
from payments.bank_files.tables import guess_mapping, open_table
from payments.operations.apply_credits import apply_credits
from payments.operations.record_receipt import ReceiptDetails, record_receipt
from payments.operations.set_bank_accounts import BankDetails, set_bank_accounts
from payments.operations.take_bank_file import take_bank_file
from payments.operations.take_bank_table import take_bank_table
from payments.operations.take_remittance import AdviceDetails, take_remittance

PASSWORD = "duebook-demo"  # noqa: S105
SHORT = Decimal("24.00")
"""What a payer takes off for goods that were missing."""
STAFF = [
    ("clerk", "Nora Lindqvist", "clerk"),
    ("manager", "Idris Okafor", "manager"),
    ("collector", "Paula Reyes", "collector"),
    ("sales", "Tom Whitfield", "sales"),
    ("auditor", "Anna Kowalska", "auditor"),
    ("admin", "Sam Bergmann", "administrator"),
]
CUSTOMERS = [
    ("Alder & Sons Joinery", "Leeds", "LS1 4AP"),
    ("Bramble Coffee Roasters", "Bristol", "BS1 5TY"),
    ("Castell Print Works", "Cardiff", "CF10 1EP"),
    ("Dunmore Veterinary Clinic", "York", "YO1 7HH"),
    ("Eastgate Bicycles", "Norwich", "NR2 1TF"),
    ("Fenwick Stationers", "Durham", "DH1 3NJ"),
    ("Gorse Hill Farm Shop", "Exeter", "EX1 1GQ"),
    ("Hartley Boat Builders", "Falmouth", "TR11 3HN"),
    ("Isle Textiles", "Stornoway", "HS1 2XA"),
    ("Juniper Street Kitchen", "London", "SE1 9TG"),
    ("Kestrel Outdoor", "Keswick", "CA12 5BT"),
    ("Larkfield Nursery", "Kent", "ME20 6SG"),
    ("Mossbank Ceramics", "Stoke-on-Trent", "ST1 5DJ"),
    ("Northgate Dental", "Newcastle", "NE1 5XU"),
    ("Oakhurst Academy", "Reading", "RG1 7QE"),
    ("Pennine Signs", "Sheffield", "S1 2HE"),
    ("Quayside Hotel", "Poole", "BH15 1HJ"),
    ("Redfern Lighting", "Birmingham", "B3 1RL"),
    ("Saltmarsh Foods", "Whitby", "YO21 3PU"),
    ("Thistle Instruments", "Edinburgh", "EH3 9QN"),
    ("Upton Book Depot", "Oxford", "OX1 2JD"),
    ("Vale Garden Centre", "Evesham", "WR11 4RE"),
    ("Westmoor Glazing", "Carlisle", "CA3 8JH"),
    ("Yarrow Herbalists", "Totnes", "TQ9 5RY"),
]
GOODS = [
    ("SHELF-180", "Shelving unit, oak, 180 cm", "C62", Decimal("148.50")),
    ("SHELF-90", "Shelving unit, oak, 90 cm", "C62", Decimal("92.00")),
    ("CRATE-4", "Display crate, set of four", "SET", Decimal("62.00")),
    ("STOOL-BK", "Counter stool, black", "C62", Decimal("89.90")),
    ("TICKET-100", "Price ticket holders, box of 100", "XBX", Decimal("18.40")),
    ("LED-5", "LED strip, warm white, 5 m", "C62", Decimal("34.25")),
    ("RAIL-ST", "Hanging rail, brushed steel", "C62", Decimal("54.75")),
    ("HOOK-S", "Wall hook, small", "C62", Decimal("3.20")),
    ("PAINT-W", "Chalk paint, white", "LTR", Decimal("21.60")),
]
SERVICES = [
    ("FIT-H", "Fitting and delivery, per hour", "HUR", Decimal("45.00")),
    ("PLAN-D", "Shop planning, per day", "DAY", Decimal("480.00")),
    ("LETTER", "Window lettering, per letter", "C62", Decimal("7.95")),
]


class Command(BaseCommand):
    help = "Makes the demo office once; does nothing where a company exists."

    def handle(self, *args: Any, **options: Any) -> None:
        if Company.objects.exists():
            self.stdout.write("There is a company already; nothing was added.")
            return
        with transaction.atomic():
            make_demo(Random(20), date.today())  # noqa: DTZ011, S311
        self.stdout.write(
            f"Made the demo office: {Customer.objects.count()} customers, {Invoice.objects.count()} invoices."
        )


def make_demo(chance: Random, today: date) -> Company:
    """The demo office, with its last document on or before `today`."""
    company = _company()
    staff = _staff(company)
    clerk = staff["clerk"]
    add_face(company, staff["administrator"])
    taxes = [
        add_tax(company, TaxDetails("VAT 20%", [RateDetails(Decimal(20))]), by=None),
        add_tax(company, TaxDetails("VAT 5%", [RateDetails(Decimal(5))]), by=None),
        add_tax(company, TaxDetails("Zero-rated", [RateDetails(Decimal(0), "Z")]), by=None),
    ]
    trade = add_customer_group(company, "Trade", by=clerk)
    customers = [_customer(company, place, staff, trade) for place in range(len(CUSTOMERS))]
    products = _catalogue(company, trade, taxes[0], clerk)
    invoices = _invoices(company, customers, products, chance, today, clerk)
    _receipts(company, invoices, chance, today, clerk)
    _credits(invoices, chance, today, clerk)
    _recurring(company, customers, taxes[0], today, clerk)
    take_bank_file(company, f"statement-{today}.sta", _statement(company, today).encode(), by=clerk)
    _bank_table(company, today, clerk)
    _advice(company, today, clerk)
    add_rough_payments(company, today, clerk)
    add_euros(company, today, clerk)
    add_late_charges(company, today, clerk)
    add_promises(company, today, clerk)
    add_reminders(company, today, clerk)
    add_provision_rates(company, today, clerk)
    add_disputes(company, today, clerk)
    add_orders(company, today, clerk)
    add_plans(company, today, clerk)
    add_statements(company, today, clerk)
    add_talk(company, clerk, staff["sales"])
    for customer in customers[:3]:
        draft_invoice(company, _details(customer, products, chance, None), by=clerk)
    add_holds(company, today, staff["manager"])
    add_customer_acts(company, today, clerk)
    find_missed_payments(company, on=today)
    set_daily_digest(staff["sales"], wanted=True)
    return company


def _recurring(company: Company, customers: list[Customer], tax: Tax, today: date, by: User) -> None:
    """Rent in advance, issued as it falls due; and support by the quarter with calls by meter, waiting as drafts."""
    start = today.replace(day=1)
    rent = RecurringLineDetails("Rent of unit 4, {month} {year}", Decimal("780.00"), tax_id=tax.pk)
    support = RecurringLineDetails("Support, {period}", Decimal("240.00"), tax_id=tax.pk)
    calls = RecurringLineDetails("Calls", Decimal("0.04"), unit="calls", tax_id=tax.pk, meter="calls")
    for details in (
        RecurringDetails("Rent of unit 4", customers[3].pk, start, [rent], wanted_day=1, issues=True),
        RecurringDetails("Support", customers[5].pk, start, [support, calls], interval="quarter", in_arrears=True),
    ):
        bill_recurring(add_recurring_invoice(company, details, by=by).pk)
    record_usage(company, [UsageDetails(customers[5].pk, "calls", today, Decimal(412), "calls-1")], by=by)


def _company() -> Company:
    company = open_company(
        legal_name="Harbour & Finch Ltd",
        street="12 Quay Street",
        postal_code="BS1 4DZ",
        city="Bristol",
        country="GB",
        tax_id="GB 123 4567 82",
        registration="Registered in England, no. 01234567",
        email="billing@harbourfinch.example",
        phone="+44 117 496 0123",
        currency="GBP",
        time_zone="Europe/London",
        invoice_footer="Thank you for your custom.",
    )
    account = BankDetails("Main account", "Harbour & Finch Ltd", "GB33BUKB20201555555555", "BUKBGB22")
    set_bank_accounts(company.pk, [account], by=None)
    return company


def _staff(company: Company) -> dict[str, User]:
    staff = {}
    for login, name, role in STAFF:
        user = User.objects.create_user(f"{login}@demo.example", PASSWORD, name=name)
        user.groups.add(Group.objects.get(name=role))
        user.companies.add(company)
        staff[role] = user
    return staff


def _customer(company: Company, place: int, staff: dict[str, User], trade: CustomerGroup) -> Customer:
    name, city, postal_code = CUSTOMERS[place]
    host = "".join(c for c in name.lower() if c.isalnum())
    details = CustomerDetails(
        name=name,
        tags=[("retail", "trade", "public")[place % 3]],
        group_id=trade.pk if place % 3 == 1 else None,
        credit_limit=Decimal(5000 + 1000 * (place % 6)),
        sales_owner_id=staff["sales"].pk if place % 2 else None,
        net_days=(14, 30, 30)[place % 3],
        contacts=[ContactDetails("Accounts payable", f"accounts@{host}.example")],
        addresses=[AddressDetails(street=f"{place + 3} High Street", postal_code=postal_code, city=city, country="GB")],
    )
    customer = create_customer(company, details, by=staff["clerk"])
    if place % 4 == 0:
        number = AccountDetails("uk", f"{31926819 + place}", name[:LONGEST_HOLDER], "60-16-13")
        add_account(customer, number, by=None, reason="Their order form")
    return customer


def _catalogue(company: Company, trade: CustomerGroup, tax: Tax, by: User) -> list[Product]:
    """A dozen products: everybody's prices, and lower ones with a break at ten for the trade."""
    retail = add_price_list(company, PriceListDetails("Retail", "GBP", is_default=True), by=by)
    lower = add_price_list(company, PriceListDetails("Trade", "GBP"), by=by)
    assign_price_list(lower.pk, UseDetails(group_id=trade.pk), by=by)
    account = Account.objects.create(company_id=company.pk, code="4010", name="Sales of services", role="sales")
    services = set_product_group(company, "Services", account.pk, by=by)
    products = []
    for code, name, unit, price in GOODS + SERVICES:
        is_service = (code, name, unit, price) in SERVICES
        details = ProductDetails(code, name, unit=unit, kind="service" if is_service else "goods", tax_id=tax.pk)
        product = add_product(company, replace(details, group_id=services.pk if is_service else None), by=by)
        prices = [PriceDetails(retail.pk, price), PriceDetails(lower.pk, price * Decimal("0.9"))]
        prices.append(PriceDetails(lower.pk, price * Decimal("0.85"), Decimal(10)))
        products.append(set_prices(product.pk, prices, version=product.version, by=by))
    return products


def _invoices(
    company: Company, customers: list[Customer], products: list[Product], chance: Random, today: date, by: User
) -> list[Invoice]:
    """One to four invoices a week for eight months, issued day by day."""
    days = sorted(today - timedelta(days=chance.randrange(1, 240)) for _ in range(180))
    batch = [_details(chance.choice(customers), products, chance, day) for day in days]
    drafts = draft_invoices(company, batch, by=by)
    return issue_invoices([draft.pk for draft in drafts], by=by, on=today)


def _details(customer: Customer, products: list[Product], chance: Random, day: date | None) -> InvoiceDetails:
    lines = [
        LineDetails(quantity=Decimal(chance.randrange(1, 12)), product_id=product.pk, usual_tax=True)
        for product in chance.sample(products, chance.randrange(1, 5))
    ]
    po_number = f"PO-{chance.randrange(1000, 9999)}" if chance.random() < 0.4 else ""
    return InvoiceDetails(customer.pk, lines, dated_on=day, po_number=po_number)


def _receipts(company: Company, invoices: list[Invoice], chance: Random, today: date, by: User) -> None:
    """Most pay, near their due date; some late, some a part, some not at all."""
    for invoice in invoices:
        day = present(invoice.due_on) + timedelta(days=chance.choice([-9, -4, -1, 0, 2, 6, 13, 31]))
        if chance.random() < 0.12 or not present(invoice.dated_on) <= day <= today:
            continue
        part = chance.random() < 0.06
        amount = (invoice.total / 2).quantize(Decimal("0.01")) if part else invoice.total
        details = ReceiptDetails(invoice.customer_id, day, amount, reference=invoice.number)
        receipt = record_receipt(company, details, by=by)
        if chance.random() < 0.96:
            pair = Pair(present(invoice.entry).items.get().pk, receipt.entry.items.get().pk, amount)
            apply_credits(invoice.customer, [pair], dated_on=day, by=by)


def _credits(invoices: list[Invoice], chance: Random, today: date, by: User) -> None:
    for invoice in chance.sample(invoices[-60:], 4):
        line = present(invoice.lines.first())
        credit_invoice(invoice.pk, {line.pk: Decimal(1)}, reason="Damaged in transit", by=by, on=today)


def _statement(company: Company, today: date) -> str:
    """What the bank says of today, as MT940: payments that name their invoices or not, part of one, interest, a fee."""
    items = OpenItem.objects.filter(company_id=company.pk, kind=ItemKind.INVOICE, balance__gt=0).order_by("-due_on")
    names = dict(Customer.objects.values_list("pk", "name"))
    first, second, third, fourth, fifth = _of_customers(items, 5)
    lines = [
        (first.balance, f"Invoice {first.reference}", names[first.customer_id]),
        (second.balance - 20, f"{second.reference} less 20.00, broken on arrival", names[second.customer_id]),
        (third.balance, "With thanks", names[third.customer_id]),
        (fourth.balance + Decimal("45.50"), f"{fourth.reference} and a little ahead", "M Quill"),
        (fifth.balance - SHORT, "Our payment 4711", names[fifth.customer_id]),
        (Decimal("1.87"), "Interest", company.legal_name),
        (Decimal("-12.00"), "Account fee", ""),
    ]
    opening = Decimal("18250.40")
    closing = opening + sum(amount for amount, _, _ in lines)
    day, account = f"{today:%y%m%d}", company.bank_accounts.get().iban
    entries = [
        f":61:{day}{day[2:]}{'C' if amount > 0 else 'D'}{_comma(amount)}NTRFNONREF\n:86:166?00BGC?20{words}?32{name}"
        for amount, words, name in lines
    ]
    head = [":20:DEMO", f":25:{account}", ":28C:1/1", f":60F:C{day}GBP{_comma(opening)}"]
    return "\n".join([*head, *entries, f":62F:C{day}GBP{_comma(closing)}", ""])


def _of_customers(items: Iterable[OpenItem], count: int) -> list[OpenItem]:
    found: dict[int, OpenItem] = {}
    for item in items:
        found.setdefault(item.customer_id, item)
    return list(found.values())[:count]


def _bank_table(company: Company, today: date, by: User) -> None:
    """What the bank gives as a table alone: its columns are known from then on."""
    table = f"Date,Details,Paid out,Paid in\n{today - timedelta(days=1)},Card terminal,8.40,\n".encode()
    mapping = guess_mapping(open_table(table))
    take_bank_table(company.bank_accounts.get(), "terminal.csv", table, mapping, by=by)


def _advice(company: Company, today: date, by: User) -> None:
    """What the fifth payer of the statement writes of their payment: one case was missing."""
    items = OpenItem.objects.filter(company_id=company.pk, kind=ItemKind.INVOICE, balance__gt=0).order_by("-due_on")
    item = _of_customers(items, 5)[-1]
    paid = item.balance - SHORT
    rows = ["Invoice,Gross,Deducted,Paid,Reason", f"{item.reference},{item.balance},{SHORT},{paid},Short delivered"]
    details = AdviceDetails(Customer.objects.get(pk=item.customer_id), paid_on=today, payer_reference="4711")
    take_remittance(company, "advice-4711.csv", "\n".join(rows).encode(), details, by=by)


def _comma(amount: Decimal) -> str:
    return f"{abs(amount):.2f}".replace(".", ",")
