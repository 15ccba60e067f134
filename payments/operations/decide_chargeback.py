from datetime import date
from hashlib import sha256

from django.db import transaction

from billing.attachments import file_name, media_type_of
from ledger.models import Allocation
from ledger.present import present
from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.days import require_bookable_day
from office.models import User
from office.written import plain_day
from payments.models import Chargeback, ChargebackFile, ChargebackStatus
from payments.operations.lose_discounts import lose_discounts
from payments.operations.open_chargeback import paid_again
from payments.operations.receive_payment import Share

MOST_FILES = 30


@transaction.atomic
def add_evidence(chargeback_id: int, name: str, content: bytes, *, by: User | None) -> ChargebackFile:
    """Keep a file as evidence. Raises Refused for a decided case, a name that is taken, and what is no known file."""
    chargeback = _undecided(chargeback_id)
    name = file_name(name)
    media_type = media_type_of(name, content)
    if chargeback.files.filter(name=name).exists():
        raise Refused(f"There is a file {name} already. Name yours otherwise.", code="name_taken")
    if chargeback.files.count() >= MOST_FILES:
        raise Refused(f"A case has at most {MOST_FILES} files.", code="too_many")
    kept = ChargebackFile.objects.create(
        chargeback=chargeback,
        name=name,
        media_type=media_type,
        content=content,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        added_by=by,
    )
    record(by, "add_evidence", chargeback, after={"file": name})
    return kept


@transaction.atomic
def answer_chargeback(chargeback_id: int, *, on: date, by: User | None) -> Chargeback:
    """Say that our evidence went to the bank. Raises Refused without any, for one that is answered, or too late."""
    chargeback = _undecided(chargeback_id)
    if chargeback.status == ChargebackStatus.ANSWERED:
        raise Refused(f"{chargeback} is answered already.", code="invalid_move")
    if not chargeback.files.exists():
        raise Refused("Add what proves your case first.", code="no_evidence")
    _require_day(chargeback, on)
    chargeback.status, chargeback.answered_on = ChargebackStatus.ANSWERED, on
    chargeback.save(update_fields=["status", "answered_on"])
    record(by, "answer_chargeback", chargeback, after={"files": chargeback.files.count()})
    return chargeback


@transaction.atomic
def decide_chargeback(chargeback_id: int, *, won: bool, on: date, by: User | None, note: str = "") -> Chargeback:
    """Say how the bank decided. Won, the money is back and settles what it had settled; lost, all stays open, and the
    early-payment discounts on it are void.

    Raises Refused for one that is decided, and for a day before the chargeback's.
    """
    chargeback = _undecided(chargeback_id)
    _require_day(chargeback, on)
    if won:
        receipt = chargeback.receipt
        words = f"{chargeback} won"
        chargeback.won_receipt = paid_again(
            receipt, chargeback.amount, _settled_before(chargeback), on=on, reference=words, by=by
        )
    else:
        lost = [share.item_id for share in _settled_before(chargeback)]
        lose_discounts(lost, on=on, reason=f"{chargeback} lost")
    chargeback.status = ChargebackStatus.WON if won else ChargebackStatus.LOST
    chargeback.decided_on, chargeback.decided_by = on, by
    chargeback.outcome_note = without_card_numbers(note.strip())[:300]
    chargeback.save()
    record(by, "decide_chargeback", chargeback, after={"outcome": chargeback.status}, reason=chargeback.outcome_note)
    return chargeback


def _undecided(chargeback_id: int) -> Chargeback:
    rows = Chargeback.objects.select_for_update(no_key=True, of=("self",))
    chargeback = rows.select_related("company", "receipt__company", "receipt__customer").get(pk=chargeback_id)
    if not chargeback.is_undecided:
        raise Refused(f"{chargeback} is {chargeback.status} already.", code="invalid_move")
    return chargeback


def _require_day(chargeback: Chargeback, on: date) -> None:
    require_bookable_day(chargeback.company, on)
    if on < chargeback.opened_on:
        raise Refused(f"It was opened on {plain_day(chargeback.opened_on)}; not before.", code="before_it_was_made")


def _settled_before(chargeback: Chargeback) -> list[Share]:
    """What the payment had settled until it was taken back, the last first: a rest that was kept settles the first."""
    opening = chargeback.receipt.reversal_entry_id
    rows = Allocation.objects.filter(credit__entry=chargeback.receipt.entry_id, reverses=None)
    undone_by_it = rows.filter(reversed_by__recorded_at=present(chargeback.receipt.reversal_entry).recorded_at)
    undone_by_it = undone_by_it.exclude(debit__entry=opening).order_by("-id")
    return [Share(row.debit_id, row.amount) for row in undone_by_it]
