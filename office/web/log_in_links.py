"""Choosing a password by a mailed link or instead of a stolen one, and asking for a link."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from ledger.refusals import Refused
from office.models import LinkPurpose, LogInLink
from office.operations.log_in_links import GONE, open_links, send_new_password, use_link
from office.ways_in.factors import has_second_factor
from office.ways_in.throttle import counters, seconds_to_wait
from office.ways_in.tokens import hash_of
from office.web.address import address_of
from office.web.devices import device_of
from office.web.doors import open_door
from office.web.login import come_in
from office.web.pending import CHOOSES, let_wait

NEW_PASSWORD = forms.PasswordInput(attrs={"autocomplete": "new-password", "maxlength": "128"})


class ForgotForm(forms.Form):
    """Whose password."""

    email = forms.EmailField(label="E-mail address", max_length=254)


class PasswordForm(forms.Form):
    """A new password, twice."""

    password = forms.CharField(
        widget=NEW_PASSWORD,
        strip=False,
        help_text="At least 12 characters; a few words that belong to nobody are good",
    )
    again = forms.CharField(label="Once more", widget=NEW_PASSWORD, strip=False)

    def clean(self) -> dict[str, Any]:
        """Both are the same."""
        if self.cleaned_data.get("password") != self.cleaned_data.get("again"):
            self.add_error("again", "The two are not the same.")
        return self.cleaned_data


class InvitedForm(PasswordForm):
    """And the name by which others know them."""

    field_order = ["name"]
    name = forms.CharField(label="Your name", max_length=100)


@open_door
@never_cache
def forgot(request: HttpRequest) -> HttpResponse:
    """Asks whose password; the answer is the same whoever it is."""
    form, status = ForgotForm(request.POST or None), 200
    if request.method == "POST" and form.is_valid():
        email = form.cleaned_data["email"]
        wait = seconds_to_wait(counters("forgot", email, address_of(request), device_of(request, email)))
        if not wait:
            send_new_password(email)
            return render(request, "office/forgot_sent.html", {"email": email})
        form.add_error(None, f"Too many tries. Try again in {wait} seconds.")
        status = 429
    return render(request, "office/forgot.html", {"form": form}, status=status)


@open_door
@require_safe
@never_cache
def log_in_link(request: HttpRequest, token: str) -> HttpResponse:
    """A link as it was mailed: its secret leaves the address at once. A visit uses nothing up."""
    link = open_links().filter(hash=hash_of(token)).first()
    request.session[CHOOSES] = link.pk if link else 0
    answer = redirect("office:choose_password")
    answer["Referrer-Policy"] = "no-referrer"
    return answer


@open_door
@never_cache
def choose_password(request: HttpRequest) -> HttpResponse:
    """The password that somebody chooses by a link; who has a second factor shows it then, or did before a stolen
    password was replaced."""
    link = open_links().filter(pk=request.session.get(CHOOSES, 0)).first()
    if link is None:
        return render(request, "office/link_gone.html", {"gone": GONE}, status=410)
    form = _form(request, link)
    if request.method == "POST" and form.is_valid():
        try:
            user = use_link(link.pk, form.cleaned_data["password"], name=form.cleaned_data.get("name", ""))
        except Refused as refusal:
            form.add_error("password", refusal.message)
        else:
            request.session.flush()
            messages.success(request, "Your password is set.")
            if link.purpose == LinkPurpose.STOLEN:
                return come_in(request, user, "another password for a stolen one", "/")
            if has_second_factor(user):
                let_wait(request, user, "/")
                return redirect("office:log_in_code")
            return come_in(request, user, f"{link.get_purpose_display().lower()} by mail", "/")
    return render(request, "office/choose_password.html", {"form": form, "link": link})


def _form(request: HttpRequest, link: LogInLink) -> PasswordForm:
    if link.purpose == LinkPurpose.INVITATION:
        return InvitedForm(request.POST or None, initial={"name": link.user.name})
    return PasswordForm(request.POST or None)
