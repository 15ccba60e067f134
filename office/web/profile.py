"""What a person says of themselves: which mails they want."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render

from office.operations.set_daily_digest import set_daily_digest
from office.web.doors import EVERYBODY, staff_door
from office.web.requests import StaffRequest


class ProfileForm(forms.Form):
    """Which mails come."""

    daily_digest = forms.BooleanField(
        label="News of my customers each morning",
        required=False,
        help_text="New disputes, who is newly late, broken promises and holds, of the customers of whom you are the"
        " sales owner. A day without news brings no mail.",
    )


@staff_door(EVERYBODY)
def profile(request: StaffRequest) -> HttpResponse:
    """One's own mails."""
    is_sent = request.method == "POST"
    form = ProfileForm(request.POST if is_sent else None, initial={"daily_digest": request.user.daily_digest})
    if form.is_valid():
        set_daily_digest(request.user, form.cleaned_data["daily_digest"])
        messages.success(request, "Kept.")
        return redirect("office:profile")
    return render(request, "office/profile.html", {"form": form})
