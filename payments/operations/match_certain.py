"""Matching without a person what a company's policy says needs none."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from billing.locking import lock_documents_of
from customers.models import Customer
from ledger.allocating import Pair, lock_items
from ledger.bulk import insert_all
from ledger.models import OpenItem
from ledger.periods import closed_months
from ledger.refusals import Refused
from office.audit import record_all
from office.models import BankAccount, Company, Run, RunStatus, User
from office.work.runs import RunKind, begin_run, carry_out
from payments.booked_banks import book_account_of
from payments.matching.asking import Certain, certain_among, match_policy_of, read_lines, waiting_lines
from payments.matching.names import all_names
from payments.models import BankLine, BankMatch, Receipt
from payments.operations.apply_credits import apply_in_bulk
from payments.operations.apply_remittance import apply_remittance
from payments.operations.learn_payer import learn_payers
from payments.operations.match_bank_line import grant_discounts, match_bank_line
from payments.operations.receive_payment import Plan, Share
from payments.operations.record_receipt import ReceiptDetails, record_receipts

PIECE = 1_000
AT_ONCE = 500
"""Lines that are matched while a person waits; more go to the workers."""


@dataclass
class Matched:
    """What came of a piece: how many lines were looked at and how many of them matched."""

    looked_at: int = 0
    matched: int = 0
    last_id: int = 0


def start_matching(company: Company, *, by: User | None) -> Run:
    """Match what is certain of the lines that wait now: at once where they are few, else by the workers."""
    count = waiting_lines(company).count()
    run = Run(company=company, by=by, kind=RUN_KIND.name, title="Match what is certain")
    begin_run(run)
    if count <= AT_ONCE:
        for _ in carry_out(run.pk):
            pass
        run.refresh_from_db()
    return run


def do_piece(run: Run) -> None:
    """Look at the next lines of a run. Where it is, it keeps as the last line that it looked at."""
    after = int(run.parameters.get("after", 0))
    run.total = run.total or waiting_lines(run.company).count()
    piece = match_piece(run.company, after=after, by=run.by)
    matched = run.result.get("Matched", 0) + piece.matched
    run.done += piece.looked_at
    run.result = {"Matched": matched, "For a person": run.done - matched}
    run.parameters["after"] = piece.last_id
    run.save(update_fields=["parameters"])
    if piece.looked_at < PIECE:
        run.total, run.status = run.done, RunStatus.DONE


RUN_KIND = RunKind("match_certain", do_piece)


@transaction.atomic
def match_piece(company: Company, *, after: int = 0, by: User | None) -> Matched:
    """Match what is certain of the next lines; all of a piece or nothing of it. What is not certain stays as it is."""
    list(BankAccount.objects.select_for_update(no_key=True).filter(company=company).order_by("pk"))
    waiting = waiting_lines(company).exclude(receipts__was_mistaken=True)  # a person took back what was certain there
    ids = list(waiting.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:PIECE])
    if not ids:
        return Matched(last_id=after)
    lines = BankLine.objects.filter(pk__in=ids)
    certain = certain_among(read_lines(company, lines, all_names(company.pk)), match_policy_of(company))
    standing = _still_open(_bookable(company, certain))
    return Matched(len(ids), _match(company, standing, by), ids[-1])


def _match(company: Company, certain: Sequence[Certain], by: User | None) -> int:
    """Match as many at once as may be, the others one by one; how many were matched.

    Where one of many is refused, which is rare, the others need not wait for it.
    """
    own = [each for each in certain if each.payment.currency == company.currency and not each.proposal.advice]
    for bulk in (own, [each for each in own if not _discounted(each)]):
        try:
            with transaction.atomic():
                _match_in_bulk(company, bulk, by)
        except Refused:
            continue
        done = {each.payment.line_id for each in bulk}
        return len(bulk) + sum(_match_one(each, by) for each in certain if each.payment.line_id not in done)
    return sum(_match_one(each, by) for each in certain)


def _bookable(company: Company, certain: Sequence[Certain]) -> list[Certain]:
    """Those whose day is neither ahead nor in a closed month: the others wait for a person."""
    today, closed = company.today(), closed_months(company.pk)

    def is_bookable(day: date) -> bool:
        return day <= today and day.replace(day=1) not in closed

    return [each for each in certain if is_bookable(each.payment.booked_on)]


def _still_open(certain: Sequence[Certain]) -> list[Certain]:
    """Those whose items are as they were when they were looked at. Locks them."""
    lock_documents_of({item_id for each in certain for item_id in _with_documents(each)})
    items = lock_items(share.debt.id for each in certain for share in each.proposal.shares)
    return [
        each
        for each in certain
        if all(items[share.debt.id].balance == share.debt.balance for share in each.proposal.shares)
    ]


def _with_documents(certain: Certain) -> list[int]:
    """The items whose documents are credited, or may be."""
    is_advised = certain.proposal.advice is not None
    return [share.debt.id for share in certain.proposal.shares] if is_advised else _discounted(certain)


def _discounted(certain: Certain) -> list[int]:
    """The items of which the payment leaves the early-payment discount."""
    return [share.debt.id for share in certain.proposal.shares if share.discount]


def _match_in_bulk(company: Company, certain: Sequence[Certain], by: User | None) -> None:
    """Record, apply and explain many at once, with one statement for each table."""
    if not certain:
        return
    lines = BankLine.objects.select_related("bank_account").in_bulk([each.payment.line_id for each in certain])
    banks = {line.bank_account for line in lines.values()}
    booked = {bank.pk: book_account_of(bank).pk for bank in sorted(banks, key=lambda bank: bank.pk)}
    details = [_details(each, line := lines[each.payment.line_id], booked[line.bank_account_id]) for each in certain]
    receipts = record_receipts(company, details, by=by)
    credits = dict(OpenItem.objects.filter(entry__in=[r.entry_id for r in receipts]).values_list("entry", "pk"))
    pairs: dict[date, list[Pair]] = defaultdict(list)
    for each, receipt in zip(certain, receipts, strict=True):
        shares = each.proposal.shares
        pairs[receipt.received_on] += [Pair(share.debt.id, credits[receipt.entry_id], share.amount) for share in shares]
    for day, of_day in sorted(pairs.items()):
        apply_in_bulk(company, of_day, dated_on=day, by=by, reason="Matched with a bank line")
    _explain(certain, receipts, lines, by)


def _explain(
    certain: Sequence[Certain], receipts: Sequence[Receipt], lines: dict[int, BankLine], by: User | None
) -> None:
    """Grant the discounts, keep why each was matched, and what it teaches."""
    pairs = list(zip(certain, receipts, strict=True))
    insert_all(
        BankMatch(
            line_id=each.payment.line_id,
            receipt=receipt,
            rule=each.rule,
            reasons=each.proposal.reasons,
            granted=grant_discounts(receipt.customer_id, _discounted(each), by=by, on=receipt.received_on),
            by=by,
        )
        for each, receipt in pairs
    )
    learn_payers((lines[each.payment.line_id], receipt.customer_id) for each, receipt in pairs)
    after = [{"receipt": receipt, "amount": receipt.amount, "rule": each.rule} for each, receipt in pairs]
    record_all(by, "match_bank_line", [lines[each.payment.line_id] for each in certain], after=after)


def _details(certain: Certain, line: BankLine, book_account_id: int) -> ReceiptDetails:
    payment = certain.payment
    return ReceiptDetails(
        certain.proposal.customer_id,
        payment.booked_on,
        payment.left,
        payment.currency,
        reference=line.text[:200],
        bank_account_id=book_account_id,
        bank_line_id=line.pk,
    )


def _match_one(certain: Certain, by: User | None) -> bool:
    """Match one with all that a person's match brings, such as a discount; False where it is refused: it waits."""
    proposal = certain.proposal
    if proposal.advice:
        return _apply_advice(certain, proposal.advice.id, by)
    plan = Plan(shares=[Share(share.debt.id, share.amount) for share in proposal.shares])
    try:
        match_bank_line(
            certain.payment.line_id,
            Customer.objects.select_related("company").get(pk=proposal.customer_id),
            certain.payment.left,
            plan,
            by=by,
            rule=certain.rule,
            reasons=proposal.reasons,
            discounts=_discounted(certain),
        )
    except Refused:
        return False
    return True


def _apply_advice(certain: Certain, remittance_id: int, by: User | None) -> bool:
    """Match one just as an advice says; False where it is refused."""
    rule, reasons = certain.rule, certain.proposal.reasons
    try:
        apply_remittance(remittance_id, certain.payment.line_id, by=by, rule=rule, reasons=reasons)
    except Refused:
        return False
    return True
