"""Tax that a customer keeps back for the tax office: it settles like money, and is never counted as money."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from billing.models import Invoice
from billing.operations.manage_taxes import RateDetails, TaxDetails, add_tax
from billing.queries import account_of, with_state
from ledger.models import AccountRole, Allocation, Line
from ledger.refusals import Refused
from payments.models import PaymentMethod, Receipt
from payments.operations.apply_credits import undo_allocation
from payments.operations.reverse_receipt import reverse_receipt
from reports.tiles import CAME_IN, Facts
from tests import world

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 2)


def withheld(customer: Any, amount: str, reference: str = "W-1") -> Receipt:
    return world.receive(customer, amount, DAY, method=PaymentMethod.WITHHELD, reference=reference)


def test_tax_04_money_and_withheld_tax_together_settle_the_invoice(company: Any, customer: Any, manager: Any) -> None:
    invoice = world.issue(customer, "100000.00", DAY)
    money, tax = world.receive(customer, "90000.00", DAY), withheld(customer, "10000.00")
    world.apply(money, invoice, "90000.00", DAY)
    allocation = world.apply(tax, invoice, "10000.00", DAY)

    account = account_of(invoice)
    assert (account["total"], account["paid"], account["withheld"], account["due"]) == (100000, 90000, 10000, 0)
    assert with_state(Invoice.objects.all(), date(2027, 1, 1)).get().state == "paid"
    facts = Facts(manager, company, DAY, {}, "", None)
    assert CAME_IN.amounts(facts) == {"EUR": Decimal(90000)}
    assert book(AccountRole.TAX_WITHHELD) == 10000

    undo_allocation(allocation.pk, dated_on=DAY, reason="The office refused it", by=None)
    assert account_of(invoice)["due"] == world.open_of(invoice) == 10000
    assert Allocation.objects.count() == 3
    reverse_receipt(tax.pk, reason="The office refused it", by=None, dated_on=DAY)
    assert CAME_IN.amounts(Facts(manager, company, DAY, {}, "", None)) == {"EUR": Decimal(90000)}


def book(role: str) -> Decimal:
    return sum(Line.objects.filter(account__role=role).values_list("amount", flat=True), Decimal(0))


def test_what_the_document_says_is_withheld_is_not_asked_for_in_money(company: Any, customer: Any) -> None:
    invoice = world.issue(customer, [world.line("1000.00", tax=italian_fee(company))], DAY)
    assert (account_of(invoice)["due"], account_of(invoice)["to_pay"]) == (1220, 1020)

    world.apply(withheld(customer, "200.00"), invoice, "200.00", DAY)
    assert (account_of(invoice)["due"], account_of(invoice)["to_pay"]) == (1020, 1020)


def italian_fee(company: Any) -> Any:
    rates = [RateDetails(Decimal(22), name="IVA 22%"), RateDetails(Decimal(20), name="Ritenuta", kind="withheld")]
    return add_tax(company, TaxDetails("Fee", rates), by=None)


def test_without_the_certificates_number_nothing_is_recorded(customer: Any) -> None:
    with pytest.raises(Refused) as refusal:
        withheld(customer, "10.00", reference=" ")

    assert refusal.value.code == "reference_missing"
    assert not Receipt.objects.exists()


def test_withheld_tax_lies_on_its_own_account_and_money_never_does(company: Any, customer: Any) -> None:
    bank, tax = world.receive(customer, "1.00", DAY).bank_account, withheld(customer, "2.00").bank_account
    assert (bank.role, tax.role) == (AccountRole.BANK, AccountRole.TAX_WITHHELD)
    for method, account in [(PaymentMethod.WITHHELD, bank), (PaymentMethod.TRANSFER, tax)]:
        with pytest.raises(Refused) as refusal:
            world.receive(customer, "3.00", DAY, method=method, bank_account_id=account.pk, reference="W-1")
        assert refusal.value.code == "unknown_bank_account"


def test_withheld_tax_is_reversed_like_any_receipt(customer: Any) -> None:
    tax = withheld(customer, "10.00")
    reverse_receipt(tax.pk, dated_on=DAY, by=None, reason="Wrong year")

    assert book(AccountRole.TAX_WITHHELD) == 0
    assert world.owes(customer, DAY) == 0


def test_on_screen_tax_withheld_is_recorded_beside_money(company: Any, customer: Any, clerk: Any, client: Any) -> None:
    client.force_login(clerk)
    invoice = world.issue(customer, "100.00", company.today())
    bank = world.receive(customer, "1.00", company.today()).bank_account
    typed = {"customer": customer.pk, "amount": "10.00", "received_on": company.today(), "reference": "W-9"}
    typed |= {"method": "withheld", "bank_account": bank.pk, "apply": "invoice", "invoice": invoice.pk}
    page = client.post("/receipts/new/", typed, follow=True)

    assert "Tax withheld" in page.content.decode()
    assert account_of(invoice)["withheld"] == 10
