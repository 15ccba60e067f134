"""What becomes of a bank line that could not be read: a person says what it says, or why it is left out."""

from datetime import date
from decimal import Decimal

from django.db import transaction
from django.utils import timezone

from ledger.bulk import insert_all
from ledger.money import round_money
from ledger.present import present
from ledger.refusals import Refused
from office.audit import record
from office.models import BankAccount, User
from office.reasons import required_reason
from payments.bank_files.facts import MOST
from payments.bank_lines import fingerprint_of, named_in
from payments.models import BankLine, UnreadLine, UnreadOutcome


@transaction.atomic
def complete_unread_line(unread_id: int, *, amount: Decimal, booked_on: date, by: User | None) -> BankLine:
    """Make it a line of its account, with the amount (above zero for money in) and the day that a person read.

    Raises Refused where it was settled before, for what is no amount of the account's currency, and where another
    statement has told of that line already.
    """
    unread = _waiting(unread_id)
    account = unread.bank_account
    if amount != round_money(amount, account.currency) or abs(amount) >= MOST:
        raise Refused(f"{amount} is no amount of {account.currency}.", code="too_many_places")
    facts = unread.facts | {"amount": amount, "booked_on": booked_on, "currency": account.currency}
    facts["value_on"] = facts["value_on"] or None
    line = BankLine(
        bank_account=account,
        statement=unread.statement,
        place=unread.place,
        fingerprint=fingerprint_of(facts),
        **facts,
        **named_in(facts),
    )
    alike = BankLine.objects.filter(bank_account=account, fingerprint=line.fingerprint)
    if other := alike.exclude(statement=unread.statement).first():
        raise Refused(f"That line is known from {other.statement}. Leave this one out.", code="known_line")
    line.twin = alike.count() + 1
    insert_all([line])
    unread.line = line
    _settle(unread, UnreadOutcome.COMPLETED, by)
    record(by, "complete_unread_line", unread, after={"amount": amount, "booked_on": booked_on})
    return line


@transaction.atomic
def leave_out_unread_line(unread_id: int, *, reason: str, by: User | None) -> UnreadLine:
    """Say why it is no line of the account. Raises Refused without a reason, or where it was settled before."""
    unread = _waiting(unread_id)
    unread.reason = required_reason(reason, "Say why the line is left out.")
    _settle(unread, UnreadOutcome.LEFT_OUT, by)
    record(by, "leave_out_unread_line", unread, reason=unread.reason)
    return unread


@transaction.atomic
def settle_retold_lines(statement_id: int, *, are_same: bool, by: User | None) -> int:
    """Say of all lines of a statement that wait, as another format may have told of them, that it did, or did not.

    Says how many they were. Raises Refused where none waits.
    """
    waiting = UnreadLine.objects.filter(statement=statement_id, outcome=UnreadOutcome.WAITING, may_be__isnull=False)
    lines = list(waiting.select_related("may_be").order_by("pk"))
    for unread in lines:
        if are_same:
            same = present(unread.may_be)
            words = f"The same as {same} of {same.booked_on}"
            leave_out_unread_line(unread.pk, reason=words, by=by)
        else:
            amount, day = Decimal(unread.facts["amount"]), date.fromisoformat(unread.facts["booked_on"])
            complete_unread_line(unread.pk, amount=amount, booked_on=day, by=by)
    if not lines:
        raise Refused("No line of this statement waits for that.", code="invalid_move")
    return len(lines)


def _waiting(unread_id: int) -> UnreadLine:
    account_id = UnreadLine.objects.values_list("bank_account", flat=True).get(pk=unread_id)
    BankAccount.objects.select_for_update(no_key=True).get(pk=account_id)
    unread = UnreadLine.objects.select_related("bank_account", "statement").get(pk=unread_id)
    if unread.outcome != UnreadOutcome.WAITING:
        raise Refused(f"This line was settled already: {unread.get_outcome_display().lower()}.", code="invalid_move")
    return unread


def _settle(unread: UnreadLine, outcome: UnreadOutcome, by: User | None) -> None:
    unread.outcome, unread.settled_by, unread.settled_at = outcome, by, timezone.now()
    unread.save(update_fields=["outcome", "line", "reason", "settled_by", "settled_at"])
