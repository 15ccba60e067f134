"""The mails about approvals: to who decides, and to who asked."""

from django.db.models import QuerySet
from django.urls import reverse

from office.approvals.asking import ACTS, amount_words, requests_for
from office.approvals.deciding import deciders_of, decides
from office.mail.kinds import Letter, MailKind, NotToBeSent
from office.mail.queueing import MailToQueue, queue_mails
from office.mail.staff_letter import NOT_HERE, person_of, quoted, staff_letter
from office.models import ApprovalRequest, ApprovalState, OutgoingMail, User

ASKED_MAIL = "approval_asked"
DECIDED_MAIL = "approval_decided"


def mail_deciders(request: ApprovalRequest) -> None:
    """Tell who decides it, and sees what it is about; each once when it is asked, and once when it goes on."""
    told = [user for user in deciders_of(request) if _sees(user, request) and not _has_mail(request, user)]
    queue_mails(_mail(ASKED_MAIL, request, user, said(request)) for user in told)


def mail_who_asked(request: ApprovalRequest) -> None:
    """Tell who asked what became of it."""
    subject = f"{request.get_state_display()}: {said(request)}"
    queue_mails([_mail(DECIDED_MAIL, request, request.requested_by, subject)])


def said(request: ApprovalRequest) -> str:
    """What is asked for, in a line."""
    amount = ", no limit" if request.amount is None else ""
    if request.amount:
        amount = f", {amount_words(request.action, request.amount, request.company)}"
    return f"{ACTS[request.action].label} {request.subject_name}{amount}"


def _sees(user: User, request: ApprovalRequest) -> bool:
    return requests_for(user, [request.action]).filter(pk=request.pk).exists()


def _has_mail(request: ApprovalRequest, user: User) -> bool:
    return OutgoingMail.objects.filter(key=_key(ASKED_MAIL, request, user)).exists()


def _key(kind: str, request: ApprovalRequest, user: User) -> str:
    return f"{kind}:{request.pk}:{user.pk}"


def _mail(kind: str, request: ApprovalRequest, user: User, subject: str) -> MailToQueue:
    return MailToQueue(
        key=_key(kind, request, user),
        kind=kind,
        company=request.company,
        staff=user,
        about=request,
        to_email=user.email,
        subject=subject,
    )


def asked_letter(mail: OutgoingMail) -> Letter:
    """What is to be decided, why, and where."""
    request, person = _request(mail), person_of(mail)
    if reason := asked_reason(mail):
        raise NotToBeSent(reason)
    waits = " It has waited for a while, so it comes to you too." if request.escalated_at else ""
    words = [f"{request.requested_by} asks for a second person's word.{waits}", *quoted(said(request), request.reason)]
    return staff_letter(mail, person, mail.subject, words, _page(request), "Approve or decline")


def asked_reason(mail: OutgoingMail) -> str:
    """Why it is not to be sent: decided, or theirs to decide no more."""
    request, person = _request(mail), person_of(mail)
    if request.state != ApprovalState.WAITING:
        return "Not sent: it is decided."
    return "" if person.is_active and decides(person, request) else NOT_HERE


def decided_letter(mail: OutgoingMail) -> Letter:
    """What became of it, by whom and why."""
    request, person = _request(mail), person_of(mail)
    if reason := decided_reason(mail):
        raise NotToBeSent(reason)
    words = [
        f"{request.decided_by} {request.state} what you asked for:",
        *quoted(said(request), request.decision_reason),
    ]
    return staff_letter(mail, person, mail.subject, words, _page(request), "Look at it")


def decided_reason(mail: OutgoingMail) -> str:
    """Why it is not to be sent: they work here no more."""
    return "" if person_of(mail).is_active else NOT_HERE


def _request(mail: OutgoingMail) -> ApprovalRequest:
    return ApprovalRequest.objects.select_related("company", "requested_by", "decided_by").get(pk=mail.about_id)


def _page(request: ApprovalRequest) -> str:
    return f"{reverse('office:approval_list')}#request-{request.pk}"


def _seen(user: User) -> QuerySet[ApprovalRequest]:
    return requests_for(user)


APPROVAL_MAILS = (
    MailKind(ASKED_MAIL, asked_letter, asked_reason, _seen),
    MailKind(DECIDED_MAIL, decided_letter, decided_reason, _seen),
)
