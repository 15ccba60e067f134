"""Payments of the demo office that went less than smoothly: short, late, taken back, and given up."""

from datetime import date, timedelta
from decimal import Decimal

from billing.models import ReasonCode
from customers.models import Customer
from ledger.models import ItemKind, OpenItem
from office.models import Company, User
from payments.batch_lines import BatchLine
from payments.models import PaymentMethod, Rest
from payments.operations.apply_credits import apply_oldest_first
from payments.operations.decide_chargeback import add_evidence
from payments.operations.open_chargeback import ChargebackDetails, open_chargeback
from payments.operations.receive_payment import Share
from payments.operations.record_receipt import ReceiptDetails, record_receipt
from payments.operations.record_receipt_batch import BatchDetails, record_receipt_batch
from payments.operations.set_payment_policy import set_payment_policy
from payments.operations.settle_items import SettlementDetails, Settling, settle_items
from payments.operations.write_off import WriteOffDetails, write_off

FEE, CUT = Decimal("7.50"), Decimal("20.00")
SLIP = b"%PDF-1.4\n% The signed delivery note of the demo office.\n"


def add_rough_payments(company: Company, today: date, by: User) -> None:
    """A debt that is given up, a day's cheques, a payment that is disputed in part, and one that a bank took back."""
    set_payment_policy(company, {"tolerance_amount": Decimal(2), "tolerance_percent": Decimal(1)}, by=by)
    lost, short, disputed, charged, *cheques = _open_invoices(company)[:6]
    _give_up(company, lost, today, by)
    _paid_short(company, short, disputed, today, by)
    _charge_back(company, charged, today, by)
    lines = [BatchLine(item.balance, invoice=item.reference, reference=f"No. {300 + item.pk}") for item in cheques]
    total = sum((line.amount for line in lines), Decimal(0))
    record_receipt_batch(company, BatchDetails(today, total, lines, note="Cheques of the day"), by=by)


def _open_invoices(company: Company) -> list[OpenItem]:
    """The invoices that are open for longest, one of each customer."""
    items = OpenItem.objects.filter(company_id=company.pk, kind=ItemKind.INVOICE, balance__gt=100).order_by("due_on")
    return list({item.customer_id: item for item in reversed(items)}.values())[::-1]


def _code(company: Company, code: str) -> int:
    return ReasonCode.objects.get(company=company, code=code).pk


def _customer(item: OpenItem) -> Customer:
    return Customer.objects.select_related("company").get(pk=item.customer_id)


def _give_up(company: Company, item: OpenItem, today: date, by: User) -> None:
    details = WriteOffDetails([Share(item.pk, item.balance)], _code(company, "insolvent"), "struck off the register")
    write_off(_customer(item), details, on=today, by=by)


def _paid_short(company: Company, fee: OpenItem, disputed: OpenItem, today: date, by: User) -> None:
    """One payment short by a bank's fee, another by what its customer disputes."""
    code = _code(company, "price_disputed")
    for item, missing, rest, reason in ((fee, FEE, Rest.BANK_FEE, None), (disputed, CUT, Rest.DISPUTE, code)):
        customer, amount = _customer(item), item.balance - missing
        receipt = record_receipt(company, ReceiptDetails(customer.pk, today, amount, reference=item.reference), by=by)
        settling = [Settling(item.pk, amount, rest, reason)]
        settle_items(customer, SettlementDetails(receipt.entry.items.get().pk, settling, today), by=by)


def _charge_back(company: Company, item: OpenItem, today: date, by: User) -> None:
    customer, paid_on = _customer(item), today - timedelta(days=2)
    details = ReceiptDetails(customer.pk, paid_on, item.balance, method=PaymentMethod.CARD, reference=item.reference)
    receipt = record_receipt(company, details, by=by)
    credit = receipt.entry.items.get().pk
    apply_oldest_first(customer, dated_on=today, by=by, only_credits=[credit], currency=receipt.currency)
    what = "Cardholder does not know the purchase"
    wanted = ChargebackDetails(today, today + timedelta(days=5), "10.4", what, bank_fee=Decimal(15))
    add_evidence(open_chargeback(receipt.pk, wanted, by=by).pk, "delivery-note.pdf", SLIP, by=by)
