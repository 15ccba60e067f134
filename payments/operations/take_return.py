from decimal import Decimal

from django.db import transaction

from ledger.money import format_money
from ledger.present import present
from ledger.refusals import Refused
from office.audit import record
from office.models import BankAccount, User
from payments.booked_banks import book_account_of
from payments.models import BankLine, CollectionState, DebitCollection, Receipt
from payments.operations.reconcile_bank import require_open_bank_month, tie_return
from payments.operations.reverse_receipt import reverse_receipt
from payments.operations.settle_debits import return_debit
from payments.reconciling import with_untied
from payments.returns import MOST_FEE, reason_of


@transaction.atomic
def take_return(line_id: int, receipt_id: int, *, by: User | None, charge: Decimal = Decimal(0)) -> Receipt:
    """Take back a receipt by the bank line that sent it back: its items are open again, from the line's day.

    What the bank took more is a charge of the bank, booked with it; `charge` is what the customer is asked for the
    return. A debit comes back as a debit. Raises Refused for money in, a line that is in the book already, a receipt of
    another account, currency or company, one for which the line is too small, and for what reverse_receipt refuses.
    """
    account_id = BankLine.objects.values_list("bank_account", flat=True).get(pk=line_id)
    bank_account = BankAccount.objects.select_for_update(no_key=True).get(pk=account_id)
    line = with_untied(BankLine.objects.filter(pk=line_id)).select_related("bank_account").get()
    receipt = Receipt.objects.get(pk=receipt_id)
    came = receipt.banked
    if line.amount >= 0:
        raise Refused("Money came in on this line; nothing goes back on it.", code="money_in")
    if line.untied != line.amount:
        raise Refused("The book has this line already.", code="nothing_left")
    own = book_account_of(bank_account)
    if (receipt.company_id, receipt.currency, receipt.bank_account_id) != (line.company_id, line.currency, own.pk):
        raise Refused(f"{receipt} did not come in on this account.", code="another_account")
    if came > -line.amount:
        received, sent = format_money(came, line.currency), format_money(-line.amount, line.currency)
        raise Refused(f"{received} came in, and only {sent} went back.", code="more_than_left")
    if -line.amount - came > MOST_FEE:
        raise Refused(
            f"{format_money(-line.amount - came, line.currency)} is no bank's charge.", code="another_payment"
        )
    require_open_bank_month(bank_account, [line.booked_on])
    receipt = _reversed(line, receipt, charge, by)
    record(by, "take_return", line, after={"receipt": receipt, "charge": charge}, reason=reason_of(line))
    return receipt


def _reversed(line: BankLine, receipt: Receipt, charge: Decimal, by: User | None) -> Receipt:
    debit = DebitCollection.objects.filter(receipt=receipt, state=CollectionState.COLLECTED).first()
    if debit:
        return present(return_debit(debit.pk, line.return_reason, on=line.booked_on, by=by, line=line).receipt)
    reverse_receipt(receipt.pk, dated_on=line.booked_on, by=by, reason=reason_of(line), fee=charge)
    receipt.refresh_from_db()
    tie_return(line, receipt, by=by)
    return receipt
