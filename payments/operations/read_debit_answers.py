"""What banks say of our debits: lines of our accounts, status reports (pain.002), and ACH returns."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from hashlib import sha256

from django.db import transaction
from django.db.models import QuerySet

from ledger.money import format_money
from ledger.refusals import Refused
from office.audit import record
from office.models import Company, User
from payments.debit_lines import lines_in, lines_out
from payments.models import BankFile, BankLine, CollectionState, DebitCollection, RepaymentLine
from payments.operations.reject_repayment_line import reject_repayment_line
from payments.operations.settle_debits import collect_debit, reject_debit, return_debit
from payments.payment_files.nacha_reading import CHANGE, ReadEntry, read_nacha
from payments.payment_files.pain002 import StatusReport, read_pain002


@dataclass
class Answers:
    """What came of it: how many debits were collected, returned and rejected, and what a person should look at."""

    collected: int = 0
    returned: int = 0
    rejected: int = 0
    notes: list[str] = field(default_factory=list)


def settle_from_bank(company: Company, *, by: User | None) -> Answers:
    """Record the debits that our accounts' lines show to have come in, and those that came back. Again is harmless."""
    answers = Answers()
    for found in lines_in(company):
        if _is_done(answers, partial(_collect, found.debits, found.line, by)):
            answers.collected += len(found.debits)
    for found in lines_out(company):
        [debit], line = found.debits, found.line
        said = line.text if not line.return_reason else ""
        act = partial(return_debit, debit.pk, line.return_reason, on=line.booked_on, by=by, said=said, line=line)
        if _is_done(answers, act):
            answers.returned += 1
    return answers


@transaction.atomic
def take_debit_answer(company: Company, name: str, content: bytes, *, by: User | None) -> Answers:
    """Read a status report (pain.002) or ACH returns. The same file again changes nothing.

    Raises Refused for what is neither; what is about none of our debits is noted.
    """
    answers = Answers()
    is_ach = content[:3] == b"101"
    batches = read_nacha(content) if is_ach else []
    report = None if is_ach else read_pain002(content)
    file, _ = BankFile.objects.get_or_create(
        company=company,
        sha256=sha256(content).hexdigest(),
        defaults={"name": name[:200], "content": content, "taken_by": by},
    )
    for entry in (entry for batch in batches for entry in batch.entries):
        _take_entry(company, entry, answers, by)
    if report:
        _take_report(company, report, answers, by)
    after = {"rejected": answers.rejected, "returned": answers.returned, "notes": "; ".join(answers.notes)[:500]}
    record(by, "take_debit_answer", file, after=after)
    return answers


@transaction.atomic
def _collect(debits: tuple[DebitCollection, ...], line: BankLine, by: User | None) -> None:
    for debit in debits:
        collect_debit(debit.pk, on=line.booked_on, by=by, line=line)


def _is_done(answers: Answers, act: Callable[[], object]) -> bool:
    """Do one thing; what is refused is noted, and stops nothing else."""
    try:
        with transaction.atomic():
            act()
    except Refused as refusal:
        answers.notes.append(refusal.message)
        return False
    return True


def _take_report(company: Company, report: StatusReport, answers: Answers, by: User | None) -> None:
    """Reject what a report rejects: the whole file, whole blocks, or single debits."""
    today = company.today()
    ours = DebitCollection.objects.filter(company=company, run__file__message_id=report.file.id)
    repayments = RepaymentLine.objects.filter(batch__company=company, batch__file__message_id=report.file.id)
    if not ours.exists():
        if repayments.exists():
            _take_repayment_report(repayments, report, answers, by)
        else:
            answers.notes.append(f"{report.file.id or 'The file it is about'} is none of our payment files.")
        return
    if report.file.is_rejected:
        for debit in ours.filter(state=CollectionState.PENDING):
            _refuse(debit, report.file.code, report.file.words, today, answers, by)
    for block in report.blocks:
        sequence = block.id.rpartition("-")[2]
        if block.is_rejected and not block.payments:
            for debit in ours.filter(state=CollectionState.PENDING, sequence=sequence):
                _refuse(debit, block.code, block.words, today, answers, by)
    for payment in report.rejected():
        if theirs := ours.filter(end_to_end_id=payment.id).first():
            _refuse(theirs, payment.code, payment.words, today, answers, by)
        else:
            answers.notes.append(f"{payment.id} is none of our debits.")


def _take_repayment_report(
    lines: QuerySet[RepaymentLine], report: StatusReport, answers: Answers, by: User | None
) -> None:
    """Let refunds wait again that the bank did not pay: all of a file or block, or single ones."""
    whole = [report.file, *(block for block in report.blocks if not block.payments)]
    for status in (each for each in whole if each.is_rejected):
        for line in lines.filter(is_under_way=True):
            _refuse_repayment(line, status.code, status.words, answers, by)
    for payment in report.rejected():
        if one := lines.filter(end_to_end_id=payment.id, is_under_way=True).first():
            _refuse_repayment(one, payment.code, payment.words, answers, by)


def _refuse_repayment(
    line: RepaymentLine, code: str, words: str, answers: Answers, by: User | None, came_back: bool = False
) -> None:
    def act() -> RepaymentLine:
        return reject_repayment_line(line.pk, code, by=by, said=words, came_back=came_back)

    answers.rejected += _is_done(answers, act)


def _take_entry(company: Company, entry: ReadEntry, answers: Answers, by: User | None) -> None:
    for addenda in entry.addenda:
        debit = DebitCollection.objects.filter(company=company, trace=addenda.original_trace).first()
        if addenda.kind == CHANGE:
            answers.notes.append(
                f"{entry.place}: the bank says {addenda.code}, that account data of {debit} have changed."
            )
        elif not addenda.is_return:
            continue
        elif line := RepaymentLine.objects.filter(
            batch__company=company, trace=addenda.original_trace, is_under_way=True
        ).first():
            _refuse_repayment(line, addenda.code, "", answers, by, came_back=True)
        elif debit is None:
            answers.notes.append(f"{entry.place}: {addenda.original_trace} is none of our debits.")
        elif entry.amount != debit.amount:
            amount = format_money(entry.amount, debit.currency)
            answers.notes.append(f"{entry.place}: {amount} came back of {debit}, which is not its amount.")
        else:
            _refuse(debit, addenda.code, "", company.today(), answers, by)


def _refuse(debit: DebitCollection, code: str, words: str, on: date, answers: Answers, by: User | None) -> None:
    """Take a debit back where it was collected; else it will not be."""
    if debit.state == CollectionState.COLLECTED:
        answers.returned += _is_done(answers, lambda: return_debit(debit.pk, code, on=on, by=by, said=words))
    elif debit.state == CollectionState.PENDING:
        answers.rejected += _is_done(answers, lambda: reject_debit(debit.pk, code, on=on, by=by, said=words))
