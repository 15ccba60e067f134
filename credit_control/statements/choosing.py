"""Who gets a statement, in which form, by whom it is received, and why others get none."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet

from credit_control.models import Statement, StatementOutcome, StatementRow
from credit_control.statements.access import unseen_subsidiaries
from credit_control.statements.asking import Asked, Period, combined, figures_of, own
from credit_control.statements.figures import Figures
from credit_control.statements.repeats import sent_already, why_held
from customers.bounces import standing_bounces
from customers.models import Contact, Customer, GroupStatement, StatementForm
from ledger.models import OpenItem
from ledger.money import round_money
from ledger.present import present
from office.models import User


@dataclass
class Verdict:
    """What becomes of a row: the statement it would be, who receives it and which one it `repeats`, or why not."""

    row: StatementRow
    asked: Asked | None = None
    figures: Figures | None = None
    receivers: list[Contact] = field(default_factory=list)
    repeats: Statement | None = None
    outcome: StatementOutcome = StatementOutcome.WAITING
    note: str = ""

    def leave_out(self, why: str) -> None:
        """Say why they get none."""
        self.outcome, self.note = StatementOutcome.LEFT_OUT, why

    @property
    def faults(self) -> list[str]:
        """What looks wrong with its figures and nobody approved."""
        return self.figures.faults if self.figures and not self.row.is_approved else []

    @property
    def is_unwanted_repeat(self) -> bool:
        """Whether they have it already, and nobody said of that very one that it is sent again."""
        wanted = self.row.is_approved and self.repeats and self.row.repeats_id == self.repeats.pk
        return bool(self.repeats and not wanted)

    @property
    def closing(self) -> dict[str, str]:
        """What it closes with, by currency."""
        totals = self.figures.totals if self.figures else []
        return {total.currency: str(round_money(total.closing, total.currency)) for total in totals}


def candidates(customers: QuerySet[Customer]) -> Iterable[tuple[int, bool]]:
    """Of these customers the ids of those who are looked at: whoever is active, or has something open; and whether it
    is about a statement over their subsidiaries."""
    owing = OpenItem.objects.filter(customer_id=OuterRef("pk")).exclude(balance=0)
    subsidiaries = Customer.objects.filter(parent=OuterRef("pk"))
    looked_at = customers.filter(Exists(owing) | Exists(customers.filter(pk=OuterRef("pk"), is_active=True)))
    rows = looked_at.annotate(has_subsidiaries=Exists(subsidiaries)).order_by("sort_name", "pk")
    for pk, group_statement, has_subsidiaries in rows.values_list("pk", "group_statement", "has_subsidiaries"):
        is_combined = has_subsidiaries and group_statement != GroupStatement.NONE
        if is_combined:
            yield pk, True
        if not is_combined or group_statement == GroupStatement.BESIDE:
            yield pk, False


def judge(period: Period, rows: Sequence[StatementRow], by: User | None = None) -> list[Verdict]:
    """What becomes of each row as things stand, for who makes them; many rows cost as many queries as one."""
    customers = _customers(rows)
    subsidiaries = _subsidiaries([row.customer_id for row in rows if row.is_combined])
    hiding = _hiding(subsidiaries, by) if by and by.only_own_customers else set()
    contacts, bounced = _contacts(customers), _bounced(customers)
    verdicts = []
    for row in rows:
        customer = customers[row.customer_id]
        verdict = Verdict(row)
        verdicts.append(verdict)
        if row.is_combined and customer.pk in hiding:
            verdict.leave_out("It is over subsidiaries that are not yours to see.")
            continue
        if why := _why_none(customer, is_combined=row.is_combined):
            verdict.leave_out(why)
            continue
        people = contacts[customer.pk]
        verdict.receivers = [contact for contact in people if contact.pk not in bounced]
        if not people:
            verdict.leave_out("Nobody there gets statements by mail.")
        elif not verdict.receivers:
            verdict.leave_out(f"Mail to {', '.join(contact.email for contact in people)} came back.")
        else:
            form = customer.statement_form
            members = subsidiaries[customer.pk]
            verdict.asked = combined(customer, form, members) if row.is_combined else own(customer, form)
    _weigh(period, [verdict for verdict in verdicts if verdict.asked])
    return verdicts


def _hiding(parent_ids: Iterable[int], by: User) -> set[int]:
    """Of these parents those of whom somebody does not see all subsidiaries."""
    unseen = unseen_subsidiaries(by).filter(parent__in=list(parent_ids))
    return {present(parent_id) for parent_id in unseen.values_list("parent", flat=True)}


def _weigh(period: Period, verdicts: Sequence[Verdict]) -> None:
    """Read the figures of those who could get one, and leave out or park what they speak against."""
    asked = [present(each.asked) for each in verdicts]
    for verdict, wanted, figures in zip(verdicts, asked, figures_of(period, asked), strict=True):
        verdict.figures = figures
        if figures.is_zero and not wanted.customer.statement_when_zero:
            verdict.leave_out("Nothing is open.")
    park(period, verdicts)


def park(period: Period, verdicts: Sequence[Verdict]) -> None:
    """Hold back, of those who would get one, what looks wrong and what a run sent already, until a person approves."""
    waiting = [each for each in verdicts if each.outcome == StatementOutcome.WAITING]
    before = sent_already(period, [present(each.asked) for each in waiting])
    for verdict in waiting:
        verdict.repeats = before.get(present(verdict.asked).key)
        again = [why_held(period, verdict.repeats)] if verdict.repeats and verdict.is_unwanted_repeat else []
        if why := [*again, *verdict.faults]:
            verdict.outcome, verdict.note = StatementOutcome.PARKED, " ".join(why)[:500]


def _why_none(customer: Customer, *, is_combined: bool) -> str:
    if customer.statement_form == StatementForm.NONE:
        return "They want no statements."
    parent = customer.parent
    if is_combined or parent is None or parent.statement_form == StatementForm.NONE:
        return ""
    if parent.group_statement == GroupStatement.INSTEAD and parent.is_active:
        return f"{parent.name} gets one statement over all of theirs."[:500]
    return ""


def _customers(rows: Sequence[StatementRow]) -> dict[int, Customer]:
    wanted = Customer.objects.filter(pk__in={row.customer_id for row in rows})
    return wanted.select_related("parent", "company").prefetch_related("addresses").in_bulk()


def _subsidiaries(parent_ids: Collection[int]) -> dict[int, list[Customer]]:
    found: dict[int, list[Customer]] = defaultdict(list)
    for customer in Customer.objects.filter(parent__in=parent_ids).order_by("sort_name", "pk"):
        found[present(customer.parent_id)].append(customer)
    return found


def receiving(customer_ids: Collection[int]) -> QuerySet[Contact]:
    """The people of these customers who get statements by mail."""
    people = Contact.objects.filter(customer__in=customer_ids, is_active=True, gets_statements=True)
    return people.exclude(email="").order_by("pk")


def _contacts(customer_ids: Collection[int]) -> dict[int, list[Contact]]:
    found: dict[int, list[Contact]] = defaultdict(list)
    for contact in receiving(customer_ids):
        found[contact.customer_id].append(contact)
    return found


def _bounced(customer_ids: Collection[int]) -> set[int | None]:
    """The contacts to whose present address mail came back."""
    mails = standing_bounces().filter(customer_id__in=customer_ids)
    return set(mails.values_list("contact_id", flat=True))


def sums_of(closings: Iterable[dict[str, str]]) -> dict[str, Decimal]:
    """What closings come to, by currency."""
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for closing in closings:
        for currency, amount in closing.items():
            sums[currency] += Decimal(amount)
    return dict(sums)
