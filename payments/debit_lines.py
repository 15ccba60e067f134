"""Which lines of our accounts are debits that came in, or that came back."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from office.models import Company
from payments.bank import LineWithLeft, with_left
from payments.models import BankLine, CollectionState, DebitCollection, DebitRun, FileState


@dataclass(frozen=True)
class Found:
    """A line, and the debits that it is; money out is one that came back."""

    line: BankLine
    debits: tuple[DebitCollection, ...]


def lines_in(company: Company) -> Iterator[Found]:
    """The lines of money in that are debits on their way, to the cent: each by itself, or a whole file or block."""
    pending = DebitCollection.objects.filter(company=company, state=CollectionState.PENDING)
    by_id = {debit.end_to_end_id: debit for debit in pending.filter(run__state=FileState.READY)}
    if not by_id:
        return
    lines = with_left(BankLine.objects.filter(bank_account__company=company, amount__gt=0)).filter(left__gt=Decimal(0))
    for line in lines.filter(end_to_end_id__in=by_id).order_by("booked_on", "pk"):
        debit = by_id.get(line.end_to_end_id)
        if debit and line.left == line.amount == debit.amount and line.currency == debit.currency:
            del by_id[line.end_to_end_id]
            yield Found(line, (debit,))
    for run in DebitRun.objects.filter(pk__in={debit.run_id for debit in by_id.values()}).order_by("pk"):
        own = [debit for debit in by_id.values() if debit.run_id == run.pk]
        lump = lines.filter(bank_account=run.bank_account, booked_on__gte=run.collect_on)
        yield from _lumps(run, own, list(lump.order_by("booked_on", "pk")))


def _lumps(run: DebitRun, debits: list[DebitCollection], lines: list[LineWithLeft]) -> Iterator[Found]:
    """Lines that name a file, or one of its blocks, and have just its amount."""
    for sequence in ("", "FRST", "RCUR", "OOFF"):
        own = [debit for debit in debits if not sequence or debit.sequence == sequence]
        name = f"{run.message_id}-{sequence}" if sequence else run.message_id
        total = sum((debit.amount for debit in own), Decimal(0))
        for line in lines:
            if own and line.left == line.amount == total and _names(line, name):
                yield Found(line, tuple(own))
                lines = [other for other in lines if other is not line]
                debits = [debit for debit in debits if debit not in own]
                break


def _names(line: BankLine, name: str) -> bool:
    """Whether a line names a file or block, as a whole word."""
    said = " ".join([line.text, line.end_to_end_id, line.bank_reference, *line.references])
    return bool(re.search(rf"(?<![A-Za-z0-9-]){re.escape(name)}(?![A-Za-z0-9-])", said))


def lines_out(company: Company) -> Iterator[Found]:
    """The lines of money out that are debits which were collected and come back, with the bank's charge on top."""
    collected = DebitCollection.objects.filter(company=company, state=CollectionState.COLLECTED)
    lines = BankLine.objects.filter(bank_account__company=company, amount__lt=0, debit_return=None)
    for line in lines.filter(end_to_end_id__in=collected.values("end_to_end_id")).order_by("booked_on", "pk"):
        debit = collected.filter(end_to_end_id=line.end_to_end_id, currency=line.currency).first()
        if debit and -line.amount >= debit.amount:
            yield Found(line, (debit,))
