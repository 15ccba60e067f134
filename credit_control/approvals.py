"""What of credit control one person may not do alone, where the company says so."""

from credit_control.access import late_charges_for
from credit_control.models import LateCharge
from credit_control.operations.waive_late_charge import waive_late_charge
from office.approvals.asking import Act
from office.models import ApprovalRequest


def do_waive(request: ApprovalRequest) -> LateCharge:
    """Waive what was asked for."""
    return waive_late_charge(
        request.subject_id,
        on=request.company.today(),
        by=request.requested_by,
        reason=request.arguments["reason"],
        approved=request,
    )


ACTS = [
    Act(
        "waive_late_charge",
        "Waive",
        "credit_control.waive_late_charge",
        do_waive,
        late_charges_for,
        "credit_control:late_charge",
        seen_with="credit_control.view_latecharge",
    )
]
