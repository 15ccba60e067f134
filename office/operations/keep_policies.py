"""Versions of a company's rules, kept by the operations that change them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar, cast

from office.models import Company, PolicyVersion, User
from office.policies.registry import rules_of

Arguments = ParamSpec("Arguments")
Result = TypeVar("Result")


@contextmanager
def policies_changing(company_id: int, *, by: User | None) -> Iterator[None]:
    """Keep a version of the company's rules after what is done inside, in the same transaction, if one changed.

    The first change keeps what held before as well. The company is locked, so that versions follow one another.
    """
    company = Company.objects.select_for_update(no_key=True).get(pk=company_id)
    _keep(company, by=None)
    yield
    company.refresh_from_db()
    _keep(company, by=by)


def changes_policies(
    operation: Callable[Concatenate[Company, Arguments], Result],
) -> Callable[Concatenate[Company, Arguments], Result]:
    """Say of an operation that it changes rules of the company it is given first; see `policies_changing`."""

    @wraps(operation)
    def kept(company: Company, /, *args: Arguments.args, **kwargs: Arguments.kwargs) -> Result:
        with policies_changing(company.pk, by=cast("User | None", kwargs.get("by"))):
            return operation(company, *args, **kwargs)

    return kept


def _keep(company: Company, *, by: User | None) -> None:
    """Keep the rules as the next version where they differ from the last."""
    rules = rules_of(company)
    last = PolicyVersion.objects.filter(company=company).first()
    if last is None or last.rules != rules:
        version = last.version + 1 if last else 1
        PolicyVersion.objects.create(company=company, version=version, rules=rules, changed_by=by)
