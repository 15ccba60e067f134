"""Which statements and runs of them a member of staff sees: those of the customers that they see."""

from django.db.models import Exists, OuterRef, QuerySet

from credit_control.models import Statement, StatementRow, StatementRun
from customers.access import customers_for, rows_for
from customers.models import Customer
from office.access import found, runs_for
from office.models import User


def statements_for(user: User) -> QuerySet[Statement]:
    """The kept statements of a person's customers; one over subsidiaries for who sees them all."""
    rows = rows_for(user, Statement.objects.all())
    if not user.only_own_customers:
        return rows
    return rows.exclude(Exists(unseen_subsidiaries(user).filter(parent=OuterRef("customer"))), is_combined=True)


def unseen_subsidiaries(user: User) -> QuerySet[Customer]:
    """The customers who belong to another, and whom a person who is limited to some does not see."""
    return Customer.objects.filter(parent__isnull=False).exclude(pk__in=customers_for(user).values("pk"))


def get_statement_for(user: User, statement_id: int) -> Statement:
    """The statement, or Http404 where this person may not see one of that id."""
    rows = statements_for(user).filter(pk=statement_id)
    return found(rows.select_related("company", "customer", "run__run", "made_by"), "statement")


def statement_runs_for(user: User) -> QuerySet[StatementRun]:
    """The statement runs of a person's companies; for those limited to their customers only their own."""
    return StatementRun.objects.filter(run__in=runs_for(user)).select_related("run", "run__by", "group")


def get_statement_run_for(user: User, run_id: int) -> StatementRun:
    """The run, or Http404 where this person may not see one of that id."""
    return found(statement_runs_for(user).filter(pk=run_id).select_related("company"), "run")


def statement_rows_for(user: User, run: StatementRun) -> QuerySet[StatementRow]:
    """The customers of a run whom a person sees."""
    rows = StatementRow.objects.filter(run=run)
    return rows.filter(customer__in=customers_for(user).values("pk")) if user.only_own_customers else rows
