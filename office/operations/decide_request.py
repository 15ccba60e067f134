from django.db import transaction
from django.utils import timezone

from ledger.refusals import Refused
from office.approvals.asking import ACTS, ApprovalNeeded
from office.approvals.deciding import decides, log_ins_of
from office.approvals.mail import mail_who_asked
from office.audit import record
from office.models import ApprovalRequest, ApprovalState, User
from office.models.staff import may_come_in
from office.operations.ask_approval import ask_approval
from office.reasons import optional_reason, required_reason


@transaction.atomic
def approve_request(request_id: int, *, by: User, reason: str = "") -> ApprovalRequest:
    """Say yes, and do what was asked, as the act of who asked and with all its checks anew; both or neither.

    What another rule asks one more person for waits for that one then.

    Raises Refused for one's own request, for one that is decided, without the role, and as the action itself does.
    """
    request = _waiting(request_id)
    _require_decider(request, by)
    _decide(request, ApprovalState.APPROVED, by, optional_reason(reason))
    act = ACTS[request.action]
    if not _still_may(request):
        raise Refused(f"{request.requested_by} may not do this any more.", code="may_not_any_more")
    try:
        with transaction.atomic():
            act.do(request)
    except ApprovalNeeded as needed:
        if needed.asked.action == request.action:
            raise
        ask_approval(needed, by=request.requested_by)
    return request


def _still_may(request: ApprovalRequest) -> bool:
    """Whether who asked still works here, has the right, and sees what it is about."""
    who, act = request.requested_by, ACTS[request.action]
    is_able = User.objects.filter(may_come_in(), pk=who.pk).exists() and who.has_perm(act.permission)
    return bool(is_able and act.subjects_for(who).filter(pk=request.subject_id).exists())


@transaction.atomic
def decline_request(request_id: int, *, by: User, reason: str) -> ApprovalRequest:
    """Say no, and why. Raises Refused as approving does, and without a reason."""
    request = _waiting(request_id)
    _require_decider(request, by)
    _decide(request, ApprovalState.DECLINED, by, required_reason(reason, "Say why it is declined."))
    ACTS[request.action].drop(request)
    return request


@transaction.atomic
def withdraw_request(request_id: int, *, by: User) -> ApprovalRequest:
    """Take one's own request back."""
    request = _waiting(request_id)
    if request.requested_by_id != by.pk:
        raise Refused("Only who asked can take it back.", code="not_yours")
    _decide(request, ApprovalState.WITHDRAWN, by, "")
    ACTS[request.action].drop(request)
    return request


def _waiting(request_id: int) -> ApprovalRequest:
    request = ApprovalRequest.objects.select_for_update(no_key=True, of=("self",)).get(pk=request_id)
    if request.state != ApprovalState.WAITING:
        raise Refused(f"It is {request.get_state_display().lower()} already.", code="already_decided")
    return request


def _require_decider(request: ApprovalRequest, by: User) -> None:
    if request.requested_by in log_ins_of(by):
        raise Refused("Nobody approves their own request, by whichever log-in. Ask a colleague.", code="own_request")
    if not decides(by, request):
        raise Refused(f"This is for a {request.role} to decide.", code="not_your_role")


def _decide(request: ApprovalRequest, state: ApprovalState, by: User, reason: str) -> None:
    request.state, request.decided_by, request.decided_at, request.decision_reason = state, by, timezone.now(), reason
    request.save(update_fields=["state", "decided_by", "decided_at", "decision_reason"])
    actions = {"approved": "approve_request", "declined": "decline_request", "withdrawn": "withdraw_request"}
    if state != ApprovalState.WITHDRAWN:
        mail_who_asked(request)
    record(by, actions[state], request, before={"state": "waiting"}, after={"state": state}, reason=reason)
