"""Letting the accuracy checks look at everything, and reading what they found."""

from typing import Any

from django.db.models import Q, QuerySet

from billing.accuracy.findings import finding_of, with_state
from billing.accuracy.found import Found
from billing.models import AccuracyFinding, FindingEvent, Invoice, IssueCheck
from billing.operations.check_accuracy import check_accuracy
from billing.operations.keep_findings import keep_findings
from customers.models import Address, Customer
from office.models import Company, Run
from office.work.runs import carry_out
from tests import world


def sweep(company: Company) -> Run:
    """Everything looked at, as if somebody had asked for it."""
    by = company.staff.first() or world.make_user(company)
    run = check_accuracy(company, by=by)
    for _ in carry_out(run.pk):
        pass
    run.refresh_from_db()
    assert run.status == "done", run.explanation
    return run


def findings(company: Company) -> QuerySet[Any]:
    """All findings with their state, in the order they were made."""
    return with_state(AccuracyFinding.objects.filter(company=company)).order_by("pk")


def finding(draft: Invoice) -> AccuracyFinding:
    """A finding of a draft, as a check would leave it."""
    made = finding_of(IssueCheck.TERMS, draft, Found("Its terms are odd."))
    keep_findings(draft.company, [made], looked_at=Q(pk=None))
    return AccuracyFinding.objects.get(fingerprint=made.fingerprint)


def found(company: Company, check: str = "") -> list[str]:
    """What is open, in its words: of one check, or of all but missing addresses."""
    rows = findings(company).filter(state="open")
    rows = rows.filter(check_name=check) if check else rows.exclude(check_name="address")
    return [row.message for row in rows]


def address(customer: Customer, **details: Any) -> Address:
    """A billing address in Berlin, but for what is said."""
    values = {"street": "Lindenweg 1", "postal_code": "10115", "city": "Berlin", "country": "DE"}
    return Address.objects.create(customer=customer, **values | details)


def states(company: Any) -> list[str]:
    return [row.state for row in findings(company)]


def acts(company: Any) -> list[str]:
    return list(FindingEvent.objects.filter(finding__company=company).order_by("pk").values_list("act", flat=True))
