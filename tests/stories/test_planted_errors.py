"""Errors of every kind planted among a real wholesaler's invoices: each is found, and little else is.

The invoices are those of some regular customers of the public file; what is planted, and where, is drawn with a seed.
What is found and was not planted is printed by kind, and is kept under a bound. Orders, of which the file has none, are
compared with a model of their own (tests/billing/test_compare_orders.py).
"""

import csv
import lzma
import os
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F
from django.utils import timezone

from billing.accuracy.registry import CHECKS
from billing.accuracy.usual import usual_of
from billing.models import AccuracyFinding, Invoice, InvoiceLine, IssueCheck
from billing.operations.issue_invoice import issue_invoice
from billing.operations.manage_exemptions import ExemptionDetails, add_exemption
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.operations.set_required_facts import set_required_facts
from billing.orders.issue_findings import ORDER_CHECKS
from customers.models import Address, Contact, Customer, CustomerAccount
from office.models import Company, OutgoingMail
from office.sealing import seal
from tests import world
from tests.billing.sweeping import sweep
from tests.office.mailing import become

DATA = Path(os.environ.get("DUEBOOK_DATA", Path(__file__).parents[2].parent / "shared" / "data"))
FILE = DATA / "load" / "online_retail.csv.xz"
SEED = 20111209
REGULARS = 30
"""Customers of 10 to 25 invoices and at most 300 lines: enough of a history each, and little to read."""
EACH = 3
"""So many errors of each kind."""
MOST_FALSE = Decimal("0.03")
"""Of all documents and customers, what may be found at each kind that nobody planted."""
DAY = date(2011, 12, 15)

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
    pytest.mark.skipif(not FILE.exists(), reason="The public data is not here; DUEBOOK_DATA names its folder."),
]


def regulars() -> tuple[list[str], list[dict[str, str]]]:
    """The columns of the file, and the lines of some regular customers."""
    theirs: dict[str, list[dict[str, str]]] = defaultdict(list)
    with lzma.open(FILE, "rt", encoding="utf-8") as lines:
        rows = csv.DictReader(lines)
        for row in rows:
            if row["CustomerID"] and not row["InvoiceNo"].startswith(("A", "C")):
                theirs[row["CustomerID"]].append(row)
    chosen = [
        rows_
        for _, rows_ in sorted(theirs.items())
        if len(rows_) <= 300 and 10 <= len({row["InvoiceNo"] for row in rows_}) <= 25
    ][:REGULARS]
    return list(rows.fieldnames or []), [row for rows_ in chosen for row in rows_]


@pytest.fixture
def company(db: None, tmp_path: Path) -> Company:
    """The wholesaler with those customers, of whom all is known that is to be known."""
    company = world.make_company("GBP", country="GB", time_zone="Europe/London")
    path, (columns, rows) = tmp_path / "online_retail.csv", regulars()
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        writer.writerows(sorted(rows, key=lambda row: row["InvoiceDate"]))
    call_command("import_invoices", str(path), "--mapping", "online-retail", verbosity=0)
    for customer in company.customers.all():
        Address.objects.filter(customer=customer).delete()
        Address.objects.create(customer=customer, street="1 Quay", postal_code="BS1 4DJ", city="Bristol", country="GB")
        Contact.objects.create(customer=customer, name="Ann", email=f"ann@{customer.number}.example")
    return company


class Planter:
    """Plants errors in what there is, and keeps which check is to find them where."""

    def __init__(self, company: Company, cursor: Any) -> None:
        self.company, self.cursor, self.random = company, cursor, Random(SEED)
        self.customers = list(company.customers.order_by("pk"))
        self.random.shuffle(self.customers)
        self.planted: set[tuple[str, str, int]] = set()
        self.price = self.sequence = 0

    def customer(self) -> Customer:
        """A customer, each in turn."""
        self.customers.append(self.customers.pop(0))
        return self.customers[-1]

    def draft(self, customer: Customer, *lines: Any, **details: Any) -> Invoice:
        """A draft that is right but for what is said."""
        self.price += 1
        lines = lines or (world.line(f"{40 + self.price}.00", description=f"Service {self.price}"),)
        return world.draft(customer, list(lines), **{"dated_on": DAY} | details)

    def expect(self, check: IssueCheck, subject: Invoice | Customer) -> None:
        self.planted.add((check.value, type(subject).__name__, subject.pk))

    def past_the_guards(self, sql: str, *parameters: Any) -> None:
        """What only a broken restore, or somebody with a database console, does."""
        self.cursor.execute("SET session_replication_role = replica")
        self.cursor.execute(sql, parameters)
        self.cursor.execute("SET session_replication_role = origin")

    def habit(self) -> tuple[Customer, InvoiceLine, list[InvoiceLine]]:
        """A customer, something they bought often, and each time they did."""
        while True:
            customer = self.customer()
            often: dict[tuple[str, str], list[InvoiceLine]] = defaultdict(list)
            for line in InvoiceLine.objects.filter(invoice__customer=customer, quantity__gt=0, unit_price__gt=0):
                often[line.item_code or line.description.lower(), line.unit].append(line)
            bought = [lines for lines in often.values() if len({line.invoice_id for line in lines}) >= 6]
            if bought:
                lines = self.random.choice(bought)
                return customer, lines[0], lines


Plant = Callable[[Planter], Iterator[tuple[IssueCheck, Invoice | Customer]]]


def order_numbers(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    customer = plant.customer()
    Customer.objects.filter(pk=customer.pk).update(needs_po_number=True)
    yield IssueCheck.ORDER_NUMBER, plant.draft(customer)


def receivers(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    customer = plant.customer()
    customer.contacts.update(gets_invoices=False)
    yield IssueCheck.RECEIVER, customer


def bounces(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    customer = plant.customer()
    contact = customer.contacts.get()
    mail = OutgoingMail.objects.create(
        company=plant.company,
        customer_id=customer.pk,
        contact_id=contact.pk,
        to_email=contact.email,
        kind="invoice",
        key=f"mail {customer.pk}",
        about_type="customers.customer",
        about_id=customer.pk,
        due_at=timezone.now(),
    )
    become("bounced", OutgoingMail.objects.filter(pk=mail.pk))
    yield IssueCheck.BOUNCED, customer


def prices(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    number = plant.random.randrange(10**6)
    product = world.make_product(plant.company, f"P-{number}")
    price_list = plant.company.price_lists.first() or world.make_price_list(plant.company, "Retail", "GBP")
    world.make_price(product, price_list, "60.00")
    yield IssueCheck.PRICE, plant.draft(plant.customer(), world.line("66.00", product_id=product.pk))


def duplicates(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    customer = plant.customer()
    invoice = plant.random.choice(list(Invoice.objects.filter(customer=customer, total__gt=0, status="issued")))
    line = world.line(str(invoice.total), description="Again")
    yield IssueCheck.DUPLICATE, world.issue(customer, [line], present(invoice.dated_on) + timedelta(days=3))


def taxes(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    customer, number = plant.customer(), plant.random.randrange(10**6)
    vat = world.make_tax(plant.company, f"{number % 90 + 1}.{number:06}")
    rate = RateDetails(Decimal(0), category="E", reason="Exempt")
    exempt = add_tax(plant.company, TaxDetails(f"Exempt {number}", [rate], needs_certificate=True), by=None)
    add_exemption(customer.pk, ExemptionDetails(exempt.pk, "C-1", DAY - timedelta(days=9)), by=None)
    yield IssueCheck.TAX, plant.draft(customer, world.line("45.00", tax=vat, description=f"Taxed {number}"))
    line = world.line("46.00", tax=exempt, description=f"Exempt {number}")
    yield IssueCheck.TAX_ID, plant.draft(plant.customer(), line)


def tax_ids(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    customer = plant.customer()
    Customer.objects.filter(pk=customer.pk).update(tax_id=plant.random.choice(["GB802311781", "DE136695978"]))
    yield IssueCheck.TAX_ID, customer


def facts(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    set_required_facts(plant.company, {"note": "warn"}, by=None)
    yield IssueCheck.REQUIRED_FACTS, plant.draft(plant.customer())


def deposits(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    customer = plant.customer()
    plant.price += 1
    world.issue(customer, [world.line("30.00", description=f"Deposit {plant.price}")], DAY, is_deposit=True)
    yield IssueCheck.DEPOSIT, plant.draft(customer)


def slips(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    for is_price in (False, True):
        for power in (10, 100, 1000):
            customer, first, lines = plant.habit()
            middle = sorted(line.unit_price if is_price else line.quantity for line in lines)[len(lines) // 2]
            usual = usual_of([line.unit_price if is_price else line.quantity for line in lines])
            if usual and usual.slip(middle * power):
                price, quantity = (middle * power, first.quantity) if is_price else (first.unit_price, middle * power)
                yield IssueCheck.UNIT, again(plant, customer, first, price, quantity)


def oddities(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    customer, first, lines = plant.habit()
    usual = usual_of([line.quantity for line in lines])
    assert usual
    odd = max(usual.high, usual.middle) * 6 + 8 * usual.spread
    while usual.slip(odd) or not usual.is_unlike(odd):
        odd = odd + max(usual.middle, Decimal(1))
    yield IssueCheck.UNUSUAL, again(plant, customer, first, first.unit_price, odd.to_integral_value())


def again(plant: Planter, customer: Customer, line: InvoiceLine, price: Decimal, quantity: Decimal) -> Invoice:
    """The same thing once more; issued, every second time. Lines of one code go by it, as the file's do."""
    invoice = plant.draft(customer, world.line(str(price), str(quantity), description=line.description, unit=line.unit))
    invoice.lines.update(item_code=line.item_code)
    return issue_invoice(invoice.pk, by=None, on=DAY) if plant.random.random() < 0.5 else invoice


def totals(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    customer = plant.customer()
    usual = usual_of(list(Invoice.objects.filter(customer=customer, total__gt=0).values_list("total", flat=True)))
    assert usual
    far = usual.middle + 9 * max(usual.spread, usual.middle)
    yield IssueCheck.TOTAL, plant.draft(customer, world.line(f"{far:.2f}", description="All of it"))


def terms(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    yield IssueCheck.TERMS, plant.draft(plant.customer(), net_days=plant.random.choice([7, 60, 90]))


def periods(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    customer, number = plant.customer(), plant.random.randrange(10**6)
    first = plant.random.randrange(1, 20)
    days = {"period_from": date(2011, 11, first), "period_to": date(2011, 11, first + 8)}
    plant.draft(customer, world.line("50.00", description=f"Storage {number}"), **days)
    days = {"period_from": date(2011, 11, first + 8), "period_to": date(2011, 11, first + 10)}
    yield IssueCheck.PERIOD, plant.draft(customer, world.line("51.00", description=f"Storage {number}"), **days)


def futures(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    ahead = plant.company.today() + timedelta(days=plant.random.randrange(1, 400))
    yield IssueCheck.FUTURE, plant.draft(plant.customer(), dated_on=ahead)


def numbers(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    """One whose number follows a gap, and one that is older than the one before it."""
    numbered = Invoice.objects.filter(company=plant.company, kind="invoice", dated_on__year=2011)
    plant.sequence += 60
    sequence = plant.sequence + plant.random.randrange(40)
    gone, after = numbered.get(sequence=sequence), numbered.get(sequence=sequence + 1)
    plant.past_the_guards("DELETE FROM billing_invoiceline WHERE invoice_id = %s", gone.pk)
    plant.past_the_guards("DELETE FROM billing_invoice WHERE id = %s", gone.pk)
    yield IssueCheck.NUMBER, after
    older = numbered.get(sequence=sequence + 10)
    plant.past_the_guards("UPDATE billing_invoice SET dated_on = dated_on - 20 WHERE id = %s", older.pk)
    yield IssueCheck.NUMBER, older


def roundings(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    draft = plant.draft(plant.customer())
    cent = Decimal("0.01")
    Invoice.objects.filter(pk=draft.pk).update(net=F("net") + cent, total=F("total") + cent)
    yield IssueCheck.ROUNDING, draft
    issued = plant.random.choice(list(Invoice.objects.filter(customer=plant.customer(), status="issued", total__gt=1)))
    plant.past_the_guards("UPDATE billing_invoiceline SET net = net - 0.01 WHERE id = %s", issued.lines.first().pk)
    yield IssueCheck.ROUNDING, issued


def addresses(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    for change in ({"street": ""}, {"city": ""}, {"country": ""}, {"postal_code": "12345"}, {"postal_code": ""}):
        customer = plant.customer()
        customer.addresses.update(**change)
        yield IssueCheck.ADDRESS, customer


def bank_accounts(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    customer = plant.customer()
    CustomerAccount.objects.create(
        company=plant.company,
        customer=customer,
        kind="iban",
        holder="Ann",
        sealed_number=seal("GB82WEST12345698765431"),
        number_hash=f"{customer.pk}",
        last_four="5431",
        country="GB",
    )
    yield IssueCheck.BANK_ACCOUNT, customer


def einvoices(plant: Planter) -> Iterator[tuple[IssueCheck, Invoice | Customer]]:
    customer = plant.customer()
    Customer.objects.filter(pk=customer.pk).update(einvoice_format="peppol_ubl")
    yield IssueCheck.EINVOICE, customer


KINDS: tuple[Plant, ...] = (
    numbers,
    slips,
    oddities,
    totals,
    duplicates,
    order_numbers,
    receivers,
    bounces,
    prices,
    taxes,
    tax_ids,
    deposits,
    terms,
    periods,
    futures,
    addresses,
    bank_accounts,
    roundings,
    einvoices,
    facts,
)


def present(day: date | None) -> date:
    assert day
    return day


def test_every_planted_error_is_found_and_little_else(company: Company, superuser_cursor: Any, capsys: Any) -> None:
    sweep(company)
    before = set(AccuracyFinding.objects.values_list("fingerprint", flat=True))
    plant = Planter(company, superuser_cursor)
    for kind in KINDS:
        for _ in range(EACH):
            for check, subject in kind(plant):
                plant.expect(check, subject)
    sweep(company)

    rows = list(AccuracyFinding.objects.filter(company=company))
    found = {
        (row.check_name, "Invoice" if row.is_of_document else "Customer", row.invoice_id or row.customer_id)
        for row in rows
    }
    missed = plant.planted - found
    looked_at = Invoice.objects.count() + Customer.objects.count()
    false = Counter(row.check_name for row in rows if row.fingerprint in before)
    planted = Counter(check for check, _, _ in plant.planted)
    with capsys.disabled():
        print(f"\nSeed {SEED}: {looked_at} documents and customers. Found though nobody planted it, by kind:")
        for check in map(IssueCheck, sorted(planted)):
            print(
                f"  {check.value:14} planted {planted[check.value]:3}, missed "
                f"{sum(name == check.value for name, _, _ in missed)}, false {false[check.value]}"
            )
    assert missed == set()
    asked = {name.value for name, check in CHECKS.items() if check.is_kept and name not in ORDER_CHECKS}
    assert set(planted) == asked, "an error of each kind is planted"
    assert {check: count for check, count in false.items() if count > MOST_FALSE * looked_at} == {}
