from django.db import IntegrityError, transaction

from ledger.refusals import Refused
from office.approvals.asking import ApprovalNeeded
from office.approvals.mail import mail_deciders
from office.audit import record
from office.models import ApprovalRequest, User


@transaction.atomic
def ask_approval(needed: ApprovalNeeded, *, by: User) -> ApprovalRequest:
    """Send what a person may not do alone to those who decide. Raises Refused where it waits already."""
    asked = needed.asked
    try:
        with transaction.atomic():
            request = ApprovalRequest.objects.create(
                company=asked.company,
                action=asked.action,
                arguments=asked.arguments,
                subject_id=asked.subject.pk,
                subject_name=str(asked.subject)[:200],
                amount=asked.amount,
                reason=asked.reason,
                requested_by=by,
                role=needed.rule.role,
            )
    except IntegrityError as error:
        raise Refused(f"This waits for approval already: {asked.subject}.", code="approval_waiting") from error
    mail_deciders(request)
    amount = "no limit" if asked.amount is None else asked.amount
    record(by, "ask_approval", request, after={"amount": amount}, reason=asked.reason)
    return request
