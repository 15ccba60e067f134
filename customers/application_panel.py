"""What a customer's page shows of their application for an account."""

from typing import Any

from customers.access import applications_for
from customers.applications import checklist_of, latest_application, missing_of, terms_words
from customers.models import ApplicationStatus, Customer
from customers.operations.manage_applications import APPROVE
from customers.panels import Panel
from office.models import ApprovalRequest, ApprovalState, User


def shown_application(user: User, customer: Customer) -> dict[str, Any] | None:
    """The last application, with its checklist while it is open."""
    row = latest_application(customer)
    if row is None or not applications_for(user).filter(pk=row.pk).exists():
        return None
    is_open = row.status == ApplicationStatus.OPEN
    points = checklist_of(row) if is_open else []
    asked = ApprovalRequest.objects.filter(action=APPROVE, subject_id=row.pk, state=ApprovalState.WAITING)
    return {
        "row": row,
        "terms": terms_words(row),
        "points": points,
        "missing": missing_of(points),
        "waiting": is_open and asked.exists(),
    }


PANEL = Panel("customers/_application.html", shown_application)
