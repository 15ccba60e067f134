"""Outgoing mail: what left, what waits, and what a person must decide."""

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.access import companies_for
from office.mail.kinds import KINDS
from office.mail.message import KeptMessage, read_message
from office.models import MailStatus, OutgoingMail, User
from office.operations.settle_mail import outcomes_for, settle_mail
from office.persons import sees_persons
from office.web.doors import staff_door
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest

MAIL = ListSpec(
    name="mail",
    title="Mail",
    columns=(
        Column(
            "subject",
            "Subject",
            "shown_subject",
            sort="subject",
            url=lambda row: reverse("office:mail", args=[row.pk]),
            note=lambda row: row.shown_explanation,
        ),
        Column("to", "To", "shown_to", sort="to_email", hide_below="phone"),
        Column("state", "State", "status", "state", sort="status"),
        Column("queued_at", "Queued", "queued_at", "moment", sort="id", hide_below="tablet"),
        Column("finished_at", "Done", "finished_at", "moment", hide_below="tablet"),
        Column("attempts", "Attempts", "attempts", "number", hide_below="tablet"),
    ),
    order="-queued_at",
    filters=(
        Choice("state", "State", "status", choices=MailStatus.choices),
        DateRange("queued", "Queued", "queued_at__date"),
    ),
    search=("subject", "to_email"),
    search_hint="Subject or address",
    empty=Empty(
        "No mail yet", "Each invoice, statement or reminder that is sent to a customer is listed here.", "mail"
    ),
)

SENT_SIGNS = {
    "retry": ("Send again", "refresh"),
    "sent": ("It arrived: mark as sent", "mail-check"),
    "cancel": ("Do not send", "mail-off"),
}
DONE = {
    "retry": "The mail leaves in a moment.",
    "sent": "The mail is marked as sent.",
    "cancel": "The mail will not be sent.",
}


def mails_for(user: User) -> QuerySet[OutgoingMail]:
    """The mails of a person's companies about papers that they see."""
    seen = Q(pk=None)
    for kind in KINDS.values():
        seen |= Q(kind=kind.name, about_id__in=kind.seen_by(user).values("pk"))
    return OutgoingMail.objects.filter(seen, company__in=companies_for(user))


@require_GET
@staff_door("office.read_mail")
def mail_list(request: StaffRequest) -> HttpResponseBase:
    """Every mail, newest first, with what became of it."""
    everything = OutgoingMail.objects.filter(company=request.company)
    mails = mails_for(request.user).filter(company=request.company).defer("kept_message")
    return list_page(request, MAIL, mails, template="office/mail_list.html", unscoped=everything)


@require_GET
@staff_door("office.read_mail")
def mail(request: StaffRequest, mail_id: int) -> HttpResponse:
    """One mail: its state and why; where no relay is set up, the mail itself."""
    row = get_object_or_404(mails_for(request.user), pk=mail_id)
    message = kept(row) if sees_persons() else None
    acts = [(outcome, *SENT_SIGNS[outcome]) for outcome in outcomes_for(row)]
    return render(request, "office/mail.html", {"mail": row, "message": message, "acts": acts})


@require_GET
@staff_door("office.read_mail")
def attachment(request: StaffRequest, mail_id: int, position: int) -> HttpResponse:
    """A file that went along with a kept mail."""
    row = get_object_or_404(mails_for(request.user), pk=mail_id)
    message = kept(row) if sees_persons() else None
    if message is None or position >= len(message.attachments):
        raise Http404("No such attachment.")
    try:
        KINDS[row.kind].require_may_open(request.user, row)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("office:mail", row.pk)
    found = message.attachments[position]
    headers = {"Content-Disposition": f'attachment; filename="{found.name}"'}
    return HttpResponse(found.content, content_type=found.content_type, headers=headers)


@require_POST
@staff_door("office.settle_mail")
def settle(request: StaffRequest, mail_id: int) -> HttpResponse:
    """Send a mail again, mark it as sent, or leave it."""
    row = get_object_or_404(mails_for(request.user), pk=mail_id)
    outcome = request.POST.get("outcome", "")
    try:
        settle_mail(row.pk, outcome, by=request.user)
        messages.success(request, DONE[outcome])
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:mail", row.pk)


def kept(row: OutgoingMail) -> KeptMessage | None:
    """The mail itself, where it was kept."""
    return read_message(bytes(row.kept_message)) if row.kept_message else None
