from django.db import transaction

from customers.operations.manage_accounts import block_account
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from payments.booked_banks import lock_bank_account
from payments.models import FileState, RepaymentBatch, RepaymentLine
from payments.refunds_clearing import take_back_payment
from payments.return_reasons import is_dead, reason_words


@transaction.atomic
def reject_repayment_line(
    line_id: int, code: str, *, by: User | None, said: str = "", came_back: bool = False
) -> RepaymentLine:
    """Note that the bank did not pay a refund, or that it `came_back`: it waits to be paid again.

    A dead account is blocked.

    Raises Refused unless it is on its way in a file.
    """
    batches = RepaymentBatch.objects.select_for_update(no_key=True, of=("self",))
    lock_bank_account(batches.get(lines=line_id).bank_account_id)
    lines = RepaymentLine.objects.select_related("batch__company", "refund", "account", "entry")
    line = lines.get(pk=line_id)
    if not line.is_under_way or line.batch.state != FileState.READY:
        raise Refused(f"{line} is not on its way.", code="invalid_move")
    line.is_under_way, line.reason = False, reason_words(code, said)[:300]
    line.save(update_fields=["is_under_way", "reason"])
    kind = "return_repayment_line" if came_back else "reject_repayment_line"
    take_back_payment(line, kind=kind, reason=line.reason, by_id=by.pk if by else None)
    record(by, "reject_repayment_line", line.batch, after={"refund": line.refund}, reason=line.reason)
    if is_dead(code) and not line.account.blocked_at and not line.account.closed_at:
        block_account(line.account_id, reason=f"A refund came back: {reason_words(code)}.", by=by)
    return line
