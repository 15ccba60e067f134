from django.db import transaction
from django.utils import timezone

from office.approvals.deciding import waiting_too_long
from office.approvals.mail import mail_deciders
from office.audit import record
from office.models import ApprovalRequest, ApprovalState, Company


def escalate_requests(company: Company) -> int:
    """Let all who decide at all decide what its role left waiting too long, and say of how many requests."""
    return sum(escalate_request(request.pk) for request in waiting_too_long(company))


@transaction.atomic
def escalate_request(request_id: int) -> bool:
    """Let others decide a request too, and mail them; once, whoever asks. Whether it was done."""
    request = ApprovalRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=request_id)
    if request.state != ApprovalState.WAITING or request.escalated_at:
        return False
    request.escalated_at = timezone.now()
    request.save(update_fields=["escalated_at"])
    mail_deciders(request)
    record(None, "escalate_request", request)
    return True
