"""Which companies a member of staff sees. Rooms below build their own scopes on this."""

from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import Http404

from office.models import Company, Run, User

Row = TypeVar("Row", bound=Model)
OWN_FILE = "make_file"
"""The kind of run that makes a large file: nobody's but who ordered it."""


def companies_for(user: User) -> QuerySet[Company]:
    """The companies a person works for; a superuser works for all. A program's key may open but one of them."""
    companies = Company.objects.all() if user.is_superuser else user.companies.all()
    return companies.filter(pk=user.key_company_id) if user.key_company_id else companies


def works_for_all(user: User) -> bool:
    """Whether there is no company that a person does not work for."""
    return not Company.objects.exclude(pk__in=companies_for(user).values("pk")).exists()


def runs_for(user: User) -> QuerySet[Run]:
    """The long runs of a person's companies; only those they started, where they are limited to their customers.

    Files that others ordered are not among them.
    """
    runs = Run.objects.filter(~Q(kind=OWN_FILE) | Q(by=user), company__in=companies_for(user))
    runs = runs.select_related("company", "by")
    return runs.filter(by=user) if user.only_own_customers else runs


def found(rows: QuerySet[Row], what: str) -> Row:
    """The row, or Http404 where it is none of those that somebody may see: nobody learns that there is one."""
    row = rows.first()
    if row is None:
        raise Http404(f"No such {what}.")
    return row
