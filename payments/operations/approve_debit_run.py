"""Making the file of a debit run, by a second person's word."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.db import transaction

from billing.disputes import disputed_now
from customers.mandates import WORDS, MandateWithState, with_state
from customers.models import Customer, Mandate
from ledger.allocating import lock_items
from ledger.bulk import update_all
from ledger.money import round_money
from ledger.refusals import Refused
from office.approvals.asking import Asked, require_second_person
from office.audit import record
from office.models import ApprovalRequest, User
from office.written import plain_day
from payments.debit_choice import left_to_debit, parts_under_way
from payments.debit_files import write_debits
from payments.debiting import debts
from payments.kept_files import keep_file
from payments.models import CollectionState, DebitCollection, DebitPart, DebitRun, FileState
from payments.paid_notices import says_paid


@transaction.atomic
def approve_debit_run(run_id: int, *, by: User | None, approved: ApprovalRequest | None = None) -> DebitRun:
    """Make the run's file, by the word of somebody else than who prepared it. What changed meanwhile is left out.

    Raises ApprovalNeeded without that word, and Refused where nothing is left, or the run is past that.
    """
    run = locked_run(run_id)
    if run.state != FileState.WAITING:
        raise Refused(f"{run} is not waiting: {run.get_state_display().lower()}.", code="invalid_move")
    require_second_person(_asked(run), by, approved)
    if run.collect_on <= run.company.today():
        raise Refused("Its day has come: decline it, and prepare another for a later day.", code="too_late")
    debits = _still_right(run)
    if not debits:
        raise Refused("Nothing of it can be debited any more. Decline it.", code="nothing_to_debit")
    made = write_debits(run, debits)
    update_all(debits, ["trace"])
    run.approved_by = approved.decided_by if approved else None
    run.file = keep_file(run.company, made, by=run.approved_by)
    run.state = FileState.READY
    run.save(update_fields=["state", "file", "approved_by"])
    Mandate.objects.filter(pk__in=[debit.mandate_id for debit in debits]).update(last_used_on=run.collect_on)
    record(run.approved_by, "approve_debit_run", run, after={"file": run.file.sha256, "total": made.total})
    return run


def locked_run(run_id: int) -> DebitRun:
    """The run, its row held."""
    runs = DebitRun.objects.select_for_update(no_key=True, of=("self",))
    return runs.select_related("company", "bank_account__company").get(pk=run_id)


def leave_out(debit: DebitCollection, reason: str) -> None:
    """Let a debit that is pending take nothing."""
    debit.state, debit.reason = CollectionState.LEFT_OUT, reason
    debit.save(update_fields=["state", "reason"])
    release_parts(debit)


def release_parts(debit: DebitCollection) -> None:
    """Let the items be debited again."""
    DebitPart.objects.filter(collection=debit, is_under_way=True).update(is_under_way=False)


def _asked(run: DebitRun) -> Asked:
    parts = DebitPart.objects.filter(collection__run=run).select_related("item")
    amount = sum((part.item.company_amount * part.amount / part.item.amount for part in parts), Decimal(0))
    amount = round_money(amount, run.company.currency)
    return Asked("approve_debit_run", run.company, run, amount, {}, f"Collected on {plain_day(run.collect_on)}")


def _still_right(run: DebitRun) -> list[DebitCollection]:
    """The debits whose mandate, account and items are as they were; the others are left out, with why."""
    pending = run.collections.filter(state=CollectionState.PENDING)
    _lock_customers(pending.values_list("customer_id", flat=True))
    pending = pending.select_for_update(no_key=True, of=("self",))
    debits = list(pending.select_related("mandate", "account", "customer"))
    parts = list(DebitPart.objects.filter(collection__in=debits))
    facts = _Facts(run, debits, parts)
    mandates = with_state(Mandate.objects.select_related("account"), run.collect_on)
    found = mandates.in_bulk([debit.mandate_id for debit in debits])
    right = []
    for debit in debits:
        own = [part for part in parts if part.collection_id == debit.pk]
        if reason := _reason_against(found[debit.mandate_id], debit) or facts.reason(debit, own):
            leave_out(debit, reason)
        else:
            right.append(debit)
    return right


def _lock_customers(customer_ids: Iterable[int]) -> None:
    """Hold the customers before their debits, as whoever prepares a run or merges customers does."""
    rows = Customer.objects.select_for_update(no_key=True).filter(pk__in=set(customer_ids)).order_by("pk")
    list(rows.values_list("pk", flat=True))


def _reason_against(mandate: MandateWithState, debit: DebitCollection) -> str:
    if mandate.account_id != debit.account_id:
        return "the mandate is for another account now"
    return WORDS.get(mandate.state) or mandate.account.reason_not_to_use


class _Facts:
    """What is known of the items of debits, which are held: nobody pays, disputes or puts off one now."""

    def __init__(self, run: DebitRun, debits: Sequence[DebitCollection], parts: Sequence[DebitPart]) -> None:
        customers = {debit.customer_id for debit in debits}
        self.items = lock_items([part.item_id for part in parts])
        self.disputed = disputed_now(list(self.items))
        due = debts(run.company, run.currency, run.collect_on).filter(~says_paid("pk"), pk__in=self.items)
        self.due = set(due.values_list("pk", flat=True))
        under_way = parts_under_way(customers, run.currency).select_related("item")
        self.left = left_to_debit(customers, run.currency, under_way)

    def reason(self, debit: DebitCollection, parts: Sequence[DebitPart]) -> str:
        """Why a debit would take what is not to be taken any more, in words; nothing where it would not."""
        items = [self.items[part.item_id] for part in parts]
        paid = [item.reference for item, part in zip(items, parts, strict=True) if item.balance < part.amount]
        if paid:
            return f"less is open of {', '.join(paid)} than when the run was prepared"
        if disputed := [item.reference for item in items if item.pk in self.disputed]:
            return f"{', '.join(disputed)} is disputed"
        if others := [item.reference for item in items if item.pk not in self.due]:
            return f"{', '.join(others)} is to be paid another way, or on another day"
        is_too_much = self.left.get(debit.customer_id, Decimal(0)) < 0
        return "they owe less in all than when the run was prepared" if is_too_much else ""
