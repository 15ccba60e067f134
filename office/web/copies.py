"""A restored copy: what it holds back, what nobody here knows of it, and the word that it is the office now."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.copies import held_copy
from office.models import DeliveryState, MailStatus, OutgoingMail, RestoredCopy, WebhookDelivery
from office.operations.release_copy import release_copy, uncertain_mails
from office.web.doors import CHANGES, staff_door
from office.web.requests import StaffRequest

RELEASE = "office.release_copy"
WENT_ON = [
    ("yes", "It may have worked on after the backup. Mail that waited then waits for a person to decide of."),
    ("no", "It was stopped before the backup and sent nothing since. Mail that waited then is sent now."),
]
ENDED = (DeliveryState.DELIVERED, DeliveryState.GIVEN_UP)


class ReleaseForm(forms.Form):
    """What is known of the office that was backed up."""

    went_on = forms.ChoiceField(
        choices=WENT_ON, initial="yes", widget=forms.RadioSelect(attrs={"class": "form-check-input"})
    )


@require_GET
@staff_door(RELEASE)
def restored_copy(request: StaffRequest) -> HttpResponse:
    """What is held back, and the form that releases it; in an office that is none, that it is none."""
    return _page(request, ReleaseForm())


@require_POST
@staff_door(RELEASE, recently_known=CHANGES)
def release(request: StaffRequest) -> HttpResponse:
    """Let everything go out of this copy from now on."""
    form = ReleaseForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        doubted = release_copy(went_on=form.cleaned_data["went_on"] == "yes", by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        more = f" {doubted} mails wait for your decision under Mail." if doubted else ""
        messages.success(request, f"This copy is the office now: mail, webhooks, debits and jobs go on.{more}")
    return redirect("office:restored_copy")


def _page(request: StaffRequest, form: ReleaseForm, status: int = 200) -> HttpResponse:
    copy = held_copy()
    context = {
        "copy": copy,
        "form": form,
        "uncertain": uncertain_mails(copy).count() if copy else 0,
        "since": _queued_since(copy) if copy else 0,
        "webhooks": WebhookDelivery.objects.exclude(state__in=ENDED).count() if copy else 0,
        "before": RestoredCopy.objects.exclude(released_at=None).select_related("released_by").order_by("-pk")[:20],
    }
    return render(request, "office/restored_copy.html", context, status=status)


def _queued_since(copy: RestoredCopy) -> int:
    """How many mails were queued in the copy itself: they surely never left."""
    return OutgoingMail.objects.filter(queued_at__gte=copy.restored_at, status=MailStatus.QUEUED).count()
