"""What people say about a paper or customer, and the questions they put about it."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from ledger.refusals import Refused
from office.mail.to_staff import comments_for
from office.operations.comment import ask_question, comment, withdraw_comment
from office.talk.topics import colleagues_of, get_thing_for, page_of
from office.web.doors import staff_door
from office.web.once import once
from office.web.requests import StaffRequest
from office.web.tasks import ReceiverForm


class QuestionForm(ReceiverForm):
    """A question, to whom, and by when."""

    field_order = ["body", "receiver", "due_on"]
    nobody = "Choose…"

    body = forms.CharField(label="Question", max_length=5000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["receiver"].required = True


@require_POST
@staff_door("office.talk")
@once
def say(request: StaffRequest, about_type: str, about_id: int) -> HttpResponse:
    """Keep what somebody says, and mail whoever it names."""
    company, about = get_thing_for(request.user, about_type, about_id)
    try:
        kept = comment(company, about, request.POST.get("body", ""), by=request.user)
        count = sum(person != request.user for person in kept.mentions.all())
        told = f" {count} mail{'s' * (count != 1)} will leave in a moment." if count else ""
        messages.success(request, f"Kept on the record.{told}")
    except Refused as refusal:
        messages.error(request, refusal.message)
        context = {"about": about, "page": page_of(about.type, about.id), "typed": request.POST.get("body", "")}
        return render(request, "office/say_again.html", context | {"colleagues": colleagues_of(company)})
    return redirect(page_of(about.type, about.id) + "#talk")


@staff_door("office.talk")
def ask(request: StaffRequest, about_type: str, about_id: int) -> HttpResponse:
    """Put a question to a person or department."""
    company, about = get_thing_for(request.user, about_type, about_id)
    form = QuestionForm(company, request.POST or None, initial={"due_on": company.today()})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            ask_question(company, about, said["body"], due_on=said["due_on"], by=request.user, **form.receiver_of())
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "Asked. The answer will stand here.")
            return redirect(page_of(about.type, about.id) + "#talk")
    return render(request, "office/ask.html", {"form": form, "about": about, "page": page_of(about.type, about.id)})


@require_POST
@staff_door("office.talk")
def withdraw(request: StaffRequest, comment_id: int) -> HttpResponse:
    """Take one's own words back shortly after."""
    row = get_object_or_404(comments_for(request.user), pk=comment_id)
    try:
        withdraw_comment(row.pk, by=request.user)
        messages.success(request, "Taken back.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect(page_of(row.about_type, row.about_id) + "#talk")
