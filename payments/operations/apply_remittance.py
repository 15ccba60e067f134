"""A bank line and the advice that explains it: joined, parted, and applied document by document as advised."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import transaction

from billing.locking import lock_documents_of
from customers.models import Customer
from ledger.allocating import Pair, lock_items
from ledger.models import OpenItem
from ledger.money import format_money
from ledger.refusals import Refused
from office.audit import record
from office.models import BankAccount, User
from payments.advised import Explained, explained, is_earned
from payments.bank import left_of
from payments.models import BankLine, Receipt, Remittance, RemittanceUse, Rest
from payments.operations.apply_credits import apply_credits
from payments.operations.match_bank_line import match_bank_line
from payments.operations.receive_payment import Plan
from payments.operations.settle_items import Settling

REASON = "their remittance advice says so"


@transaction.atomic
def join_remittance(remittance_id: int, line_id: int, *, by: User | None) -> Remittance:
    """Say which bank line an advice explains. Raises Refused where either is taken, or they differ in amount."""
    line, remittance = _locked(line_id, remittance_id)
    _require_free(remittance, line)
    _require_equal(remittance, line)
    if line.remittances.exclude(pk=remittance.pk).exists():
        raise Refused("Another advice explains that line.", code="line_explained")
    remittance.bank_line = line
    remittance.save(update_fields=["bank_line"])
    record(by, "join_remittance", remittance, after={"bank_line": line})
    return remittance


@transaction.atomic
def part_remittance(remittance_id: int, *, by: User | None) -> Remittance:
    """Take back that an advice explains its line. Raises Refused where it explains none, or was applied."""
    remittance = Remittance.objects.select_for_update(no_key=True).get(pk=remittance_id)
    if remittance.bank_line is None:
        raise Refused("The advice is joined with no bank line.", code="invalid_move")
    _require_unused(remittance)
    line, remittance.bank_line = remittance.bank_line, None
    remittance.save(update_fields=["bank_line"])
    record(by, "part_remittance", remittance, before={"bank_line": line})
    return remittance


@transaction.atomic
def apply_remittance(
    remittance_id: int,
    line_id: int,
    *,
    by: User | None,
    rests: Mapping[int, tuple[Rest, int | None]] | None = None,
    rule: str = "",
    reasons: Sequence[str] = (REASON,),
) -> list[Receipt]:
    """Record the line as the receipts that the advice makes of it, one for each customer, and apply them as it says.

    Credits that the payer takes off are applied first. `rests` says of open items, by id, what becomes of what the
    payer leaves of them, as on the allocation screen, with the reason of a dispute. Where nothing is said, an
    early-payment discount that they earned is granted, and whatever else they took off stays open, its reason on the
    advice. Raises Refused, and does nothing, where a line of the advice means no open item of ours or more than is
    open, where it does not come to just what is left of the bank line, and for what settle_items refuses.
    """
    line, remittance = _locked(line_id, remittance_id)
    _require_free(remittance, line)
    items = [each.item.pk for each in explained(remittance) if each.item]
    lock_documents_of(items)
    lock_items(items)
    advised = explained(remittance)
    if refusal := why_not_as_advised(advised, remittance, left_of(line)):
        raise refusal
    remittance.bank_line = line
    remittance.save(update_fields=["bank_line"])
    if rests is None:
        rests = {
            each.item.pk: (Rest.DISCOUNT, None) for each in advised if each.item and is_earned(each, line.booked_on)
        }
    receipts = [_receive(line, parts, rests, by, rule, reasons) for parts in _by_customer(advised)]
    for receipt in receipts:
        RemittanceUse.objects.create(remittance=remittance, receipt=receipt)
    numbers = ", ".join(receipt.number for receipt in receipts)
    record(by, "apply_remittance", remittance, after={"bank_line": line, "receipts": numbers})
    return receipts


@dataclass
class _Parts:
    """What an advice says of one customer's items."""

    customer: Customer
    paid: list[tuple[OpenItem, Decimal]] = field(default_factory=list)
    taken: list[tuple[OpenItem, Decimal]] = field(default_factory=list)

    @property
    def amount(self) -> Decimal:
        """What was paid in money."""
        return sum((amount for _, amount in self.paid), Decimal(0)) - sum(amount for _, amount in self.taken)


def _locked(line_id: int, remittance_id: int) -> tuple[BankLine, Remittance]:
    """The line, its account's row held, and the advice."""
    line = BankLine.objects.select_related("bank_account").get(pk=line_id)
    BankAccount.objects.select_for_update(no_key=True).get(pk=line.bank_account_id)
    remittance = Remittance.objects.select_for_update(no_key=True, of=("self",)).select_related("company")
    return line, remittance.get(pk=remittance_id)


def _require_free(remittance: Remittance, line: BankLine) -> None:
    if remittance.company_id != line.company_id:
        raise Refused("That advice is another company's.", code="unknown_remittance")
    if remittance.withdrawn_because:
        raise Refused("The advice is withdrawn.", code="invalid_move")
    if remittance.bank_line_id not in (None, line.pk):
        raise Refused("The advice explains another bank line.", code="line_explained")
    _require_unused(remittance)


def _require_unused(remittance: Remittance) -> None:
    if remittance.uses.filter(receipt__was_mistaken=False).exists():
        raise Refused("The advice is applied already.", code="invalid_move")


def _require_equal(remittance: Remittance, line: BankLine) -> None:
    if (remittance.total, remittance.currency) != (line.amount, line.currency):
        said, came = format_money(remittance.total, remittance.currency), format_money(line.amount, line.currency)
        raise Refused(f"The advice comes to {said}, the bank line to {came}.", code="amounts_differ")


def why_not_as_advised(advised: Sequence[Explained], remittance: Remittance, left: Decimal) -> Refused | None:
    """Why a bank line of which so much is left cannot be matched just as advised; nothing where it can."""
    wrong = [f"{each.line.reference}: {each.problem}" for each in advised if each.problem]
    if wrong:
        return Refused(" ".join(wrong[:5]), code="not_as_advised")
    if remittance.total != left:
        said, rest = format_money(remittance.total, remittance.currency), format_money(left, remittance.currency)
        return Refused(f"The advice comes to {said}, but {rest} is left of the bank line.", code="amounts_differ")
    return None


def _by_customer(advised: Sequence[Explained]) -> list[_Parts]:
    """What is said of each customer. Raises Refused where one takes more credit than they pay."""
    ids = sorted({each.item.customer_id for each in advised if each.item})
    customers = Customer.objects.select_related("company").in_bulk(ids)
    found: dict[int, _Parts] = {pk: _Parts(customers[pk]) for pk in ids}
    for each in advised:
        if each.item and each.line.paid:
            parts = found[each.item.customer_id]
            side = parts.paid if each.line.paid > 0 else parts.taken
            side.append((each.item, abs(each.line.paid)))
    for parts in found.values():
        if parts.amount <= 0:
            raise Refused(f"{parts.customer.name} takes as much credit as they pay, or more.", code="nothing_paid")
    return list(found.values())


def _receive(
    line: BankLine,
    parts: _Parts,
    rests: Mapping[int, tuple[Rest, int | None]],
    by: User | None,
    rule: str,
    reasons: Sequence[str],
) -> Receipt:
    """One customer's receipt, with their credits applied before it."""
    pairs, rest = _credits_first(parts)
    if pairs:
        days = [item.dated_on for item, _ in (*parts.paid, *parts.taken)]
        apply_credits(parts.customer, pairs, dated_on=max(line.booked_on, *days), by=by, reason="As advised")
    said = {item_id: rests.get(item_id, (Rest.OPEN, None)) for item_id in rest}
    settling = [Settling(pk, amount, *said[pk]) for pk, amount in rest.items() if amount or said[pk][0] != Rest.OPEN]
    return match_bank_line(
        line.pk, parts.customer, parts.amount, Plan(), by=by, rule=rule, reasons=reasons, settling=settling
    )


def _credits_first(parts: _Parts) -> tuple[list[Pair], dict[int, Decimal]]:
    """The credits on the items in their order, and what is left of each item to pay."""
    rest: dict[int, Decimal] = defaultdict(Decimal)
    for item, amount in parts.paid:
        rest[item.pk] += amount
    pairs = []
    for credit, amount in parts.taken:
        for item_id, open_part in list(rest.items()):
            share = min(amount, open_part)
            if share:
                pairs.append(Pair(item_id, credit.pk, share))
                rest[item_id], amount = open_part - share, amount - share
    return pairs, rest
