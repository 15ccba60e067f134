"""Mail that came back, handed in as a file: one mail, or a mailbox of many."""

from collections import Counter

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from ledger.refusals import Refused
from office.access import companies_for
from office.mail.mbox import mails_in
from office.models import OutgoingMail
from office.operations.take_returned_mail import Finding, take_returned_mail
from office.web.doors import staff_door
from office.web.requests import StaffRequest

LARGEST = 64 * 1024 * 1024
MOST = 5_000
SHOWN = 20


class ReturnedForm(forms.Form):
    """The file."""

    file = forms.FileField(
        label="Mail or mailbox file", help_text="One mail (.eml) or many (.mbox), as a mail program saves them."
    )


@staff_door("office.take_returned_mail")
def returned_mail(request: StaffRequest) -> HttpResponse:
    """Take each delivery report of a file; what is none is told and changes nothing."""
    form = ReturnedForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        mails = list(mails_in(file.read())) if file.size <= LARGEST else []
        if 0 < len(mails) <= MOST:
            found, refused = _take(request, mails)
            messages.success(request, _words(found, len(refused)))
            for why in sorted(set(refused))[:SHOWN]:
                messages.error(request, why)
            return redirect("office:mail_list")
        form.add_error("file", f"A file has at most {LARGEST >> 20} MB and {MOST:,} mails.")
    return render(request, "office/returned_mail.html", {"form": form})


def _take(request: StaffRequest, mails: list[bytes]) -> tuple[Counter[Finding], list[str]]:
    among = OutgoingMail.objects.filter(company__in=companies_for(request.user))
    found: Counter[Finding] = Counter()
    refused = []
    for content in mails:
        try:
            found[take_returned_mail(content, among=among, by=request.user).finding] += 1
        except Refused as refusal:
            refused.append(refusal.message)
    return found, refused


def _words(found: Counter[Finding], refused: int) -> str:
    total = found.total() + refused
    parts = [f"{found[Finding.BOUNCED]} came back"]
    parts += [f"{found[Finding.KNOWN]} known before"] if found[Finding.KNOWN] else []
    parts += [f"{found[Finding.NO_BOUNCE]} no bounce"] if found[Finding.NO_BOUNCE] else []
    parts += [f"{refused} not about a mail of ours"] if refused else []
    return f"{total} mail{'s' * (total != 1)} read: {', '.join(parts)}."
