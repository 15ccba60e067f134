"""Statement runs: what is left of one, and how it stands."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal

from django.db.models import Case, Count, OuterRef, QuerySet, Subquery, Value, When
from django.utils import timezone

from credit_control.models import Statement, StatementOutcome, StatementRow, StatementRun, StatementSchedule
from credit_control.statements.choosing import sums_of
from office.models import MailStatus, OutgoingMail, Run

WORST = [MailStatus.BOUNCED, MailStatus.FAILED, MailStatus.UNCERTAIN, MailStatus.QUEUED]
MOVING = [MailStatus.QUEUED, MailStatus.SENDING, MailStatus.HANDED_OVER]


def rows_left(run: Run) -> QuerySet[StatementRow]:
    """The customers who are still to be looked at, or to be made one for, in order."""
    before = StatementOutcome.UNCHECKED if run.is_dry else StatementOutcome.WAITING
    return StatementRow.objects.filter(run=run.pk, outcome=before).order_by("pk")


def may_start_itself(run: Run) -> bool:
    """Whether a run of the schedule goes on without a person: the company says so, and it is not larger than usual."""
    statement_run = StatementRun.objects.get(pk=run.pk)
    schedule = StatementSchedule.objects.filter(company=statement_run.company).first()
    if not (statement_run.scheduled_for and schedule and schedule.sends):
        return False
    waiting = statement_run.rows.filter(outcome=StatementOutcome.WAITING).count()
    return 0 < waiting <= schedule.most


@dataclass
class Tally:
    """How many customers of a run have one outcome, and what theirs close with by currency."""

    outcome: StatementOutcome
    count: int = 0
    sums: dict[str, Decimal] = field(default_factory=dict)


def tallies_of(rows: QuerySet[StatementRow]) -> dict[str, Tally]:
    """How customers of a run stand, by outcome; those of which there are none are left out."""
    counts = Counter(rows.order_by().values_list("outcome", flat=True))
    tallies = {outcome: Tally(StatementOutcome(outcome), count) for outcome, count in counts.items()}
    for outcome, tally in tallies.items():
        if outcome != StatementOutcome.LEFT_OUT:
            tally.sums = sums_of(rows.filter(outcome=outcome).values_list("closing", flat=True))
    return tallies


def reasons_of(rows: QuerySet[StatementRow]) -> list[tuple[str, int]]:
    """Why customers get none, and how many for each reason, the commonest first."""
    left_out = rows.filter(outcome=StatementOutcome.LEFT_OUT).order_by().values_list("note")
    return sorted(left_out.annotate(Count("pk")), key=lambda each: (-each[1], each[0]))


def mails_of(statements: QuerySet[Statement]) -> QuerySet[OutgoingMail]:
    """The mails of these statements."""
    return OutgoingMail.objects.filter(about_type=Statement._meta.label_lower, about_id__in=statements.values("pk"))


def leaving_now(statements: QuerySet[Statement]) -> QuerySet[OutgoingMail]:
    """The mails of these statements that leave within a minute, and do not wait for office hours."""
    soon = timezone.now() + timedelta(minutes=1)
    return mails_of(statements).filter(status__in=MOVING, due_at__lte=soon)


def mail_states(statements: QuerySet[Statement]) -> list[tuple[str, int]]:
    """How many mails of these statements are in which state."""
    return list(mails_of(statements).order_by("status").values_list("status").annotate(Count("pk")))


def with_mail(rows: QuerySet[StatementRow]) -> QuerySet[StatementRow]:
    """Add `statement_id`, what was made of a row, and `mail_state`, the state of its mail that is worst off."""
    made = Statement.objects.filter(
        run=OuterRef("run"), customer=OuterRef("customer"), is_combined=OuterRef("is_combined")
    )
    mails = OutgoingMail.objects.filter(about_type=Statement._meta.label_lower, about_id=OuterRef("statement_id"))
    worst = Case(
        *(When(status=status, then=Value(place)) for place, status in enumerate(WORST)), default=Value(len(WORST))
    )
    rows = rows.annotate(statement_id=Subquery(made.values("pk")[:1]))
    return rows.annotate(mail_state=Subquery(mails.order_by(worst, "pk").values("status")[:1]))
