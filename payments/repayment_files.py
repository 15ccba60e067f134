"""From a batch's refunds to the bytes for the bank."""

from collections.abc import Sequence
from decimal import Decimal

from django.utils import timezone

from customers.operations.manage_accounts import number_of
from payments.debit_files import file_modifier
from payments.kept_files import Made
from payments.models import PaymentFileKind, RepaymentBatch, RepaymentLine
from payments.our_accounts import DOLLARS, ach_routing_number, sepa_ours
from payments.payment_files.nacha import CREDITS, AchEntry, AchHead, trace_number, write_nacha
from payments.payment_files.pain import Head, Theirs
from payments.payment_files.pain001 import Transfer, write_pain001

FIRST_TRACE = 5_000_000
"""Our seven digits of credits begin here, those of debits below, so that a return tells which it is."""


def write_repayments(batch: RepaymentBatch, lines: Sequence[RepaymentLine]) -> Made:
    """The file of a batch. Lines of an ACH file get their trace numbers, unsaved."""
    content = _nacha(batch, lines) if batch.currency == DOLLARS else _pain001(batch, lines)
    total = sum((line.amount for line in lines), Decimal(0))
    return Made(PaymentFileKind.CREDIT, batch.version, batch.message_id, content, len(lines), total, batch.currency)


def _pain001(batch: RepaymentBatch, lines: Sequence[RepaymentLine]) -> bytes:
    head = Head(batch.message_id, timezone.now(), batch.pay_on, batch.currency)
    transfers = [
        Transfer(
            line.end_to_end_id,
            line.amount,
            Theirs(line.account.holder, number_of(line.account), line.account.bic),
            f"Refund {line.refund.number}",
        )
        for line in lines
    ]
    return write_pain001(batch.version, head, sepa_ours(batch.bank_account, debits=False), transfers)


def _nacha(batch: RepaymentBatch, lines: Sequence[RepaymentLine]) -> bytes:
    routing, company = ach_routing_number(batch.bank_account), batch.company
    head = AchHead(
        routing,
        company.ach_company_id,
        company.legal_name,
        batch.bank_account.name,
        timezone.now(),
        batch.pay_on,
        modifier=file_modifier(company, batch.version),
        purpose="REFUND",
    )
    entries = []
    for line in lines:
        trace = FIRST_TRACE + line.pk % FIRST_TRACE
        line.trace = trace_number(routing, trace)
        account = line.account
        entries.append(
            AchEntry(
                routing_number=account.bank_code,
                account_number=number_of(account),
                amount=line.amount,
                name=account.holder,
                reference=line.refund.number,
                trace=trace,
                is_savings=account.is_savings,
            )
        )
    return write_nacha(head, CREDITS, entries)
