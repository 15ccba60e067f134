"""Which companies a member of staff sees. Rooms below build their own scopes on this."""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.http import Http404

from office.models import Company, Run, User

Row = TypeVar("Row", bound=Model)


def companies_for(user: User) -> QuerySet[Company]:
    """The companies a person works for; a superuser works for all."""
    if user.is_superuser:
        return Company.objects.all()
    return user.companies.all()


def runs_for(user: User) -> QuerySet[Run]:
    """The long runs of a person's companies; only those they started, where they are limited to their customers."""
    runs = Run.objects.filter(company__in=companies_for(user)).select_related("company", "by")
    return runs.filter(by=user) if user.only_own_customers else runs


def found(rows: QuerySet[Row], what: str) -> Row:
    """The row, or Http404 where it is none of those that somebody may see: nobody learns that there is one."""
    row = rows.first()
    if row is None:
        raise Http404(f"No such {what}.")
    return row
