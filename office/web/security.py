"""How one comes in oneself: second factors, recovery codes, and the browsers one is logged in with."""

from typing import Any

import segno
from allauth.mfa.adapter import get_adapter
from allauth.mfa.totp.internal.auth import generate_totp_secret
from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.access import found
from office.dressing import dressed
from office.models import LogIn
from office.operations.end_log_ins import end_log_in, end_other_log_ins
from office.operations.manage_factors import (
    add_app,
    add_passkey,
    remove_factor,
    renew_recovery_codes,
    roles_with_factor,
    set_factor_rules,
)
from office.roles import roles_of_people
from office.sealing import seal, unseal
from office.ways_in.factors import (
    APP,
    FEW,
    NAMES,
    PASSKEY,
    SECOND_FACTORS,
    factors_of,
    needs_factor,
    recovery_codes_left,
)
from office.ways_in.log_ins import log_ins_of
from office.web.doors import CHANGES, EVERYBODY, staff_door
from office.web.knowing import back_from
from office.web.passkeys import new_passkey_question, passkey_answer
from office.web.requests import StaffRequest
from office.web.sessions import LOG_IN

BEING_SET_UP = "app_being_set_up"
"""The secret that an app is being set up with, sealed, until a code shows that the app has it."""


@require_GET
@never_cache
@staff_door(EVERYBODY, without_factor=True)
def security(request: StaffRequest) -> HttpResponse:
    """What is set up, since when and when last used, and where one is logged in."""
    factors = [
        dressed(factor, kind=NAMES[factor.type], name=str(factor) if factor.type == PASSKEY else "")
        for factor in factors_of(request.user).filter(type__in=SECOND_FACTORS)
    ]
    left = recovery_codes_left(request.user)
    context = {
        "factors": factors,
        "has_app": any(factor.type == APP for factor in factors),
        "codes_left": left,
        "codes_are_few": left is not None and left <= FEW,
        "is_needed": needs_factor(request.user),
        "log_ins": log_ins_of(request.user),
        "this_log_in": request.session.get(LOG_IN, 0),
    }
    return render(request, "office/security.html", context)


@never_cache
@staff_door(EVERYBODY, recently_known=("GET", "POST"), without_factor=True)
def set_up_app(request: StaffRequest) -> HttpResponse:
    """The secret for an app, as a picture and as text, until a code of it was typed."""
    secret = _secret_of(request)
    trouble = ""
    if request.method == "POST":
        try:
            codes = add_app(request.user, secret, "".join(request.POST.get("code", "").split()))
        except Refused as refusal:
            trouble = refusal.message
        else:
            request.session.pop(BEING_SET_UP, None)
            return _set_up(request, codes)
    address = get_adapter().build_totp_url(request.user, secret)
    picture = segno.make(address, error="m", micro=False).svg_data_uri(
        border=2, scale=5, light="#fff", svgclass=None, lineclass=None
    )
    in_fours = " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))
    context = {"picture": picture, "secret": in_fours, "trouble": trouble}
    return render(request, "office/set_up_app.html", context, status=422 if trouble else 200)


def _secret_of(request: StaffRequest) -> str:
    if BEING_SET_UP not in request.session:
        request.session[BEING_SET_UP] = seal(generate_totp_secret())
    return unseal(request.session[BEING_SET_UP])


class PasskeyForm(forms.Form):
    """A passkey's name."""

    name = forms.CharField(max_length=100, help_text="Where it is kept, such as: phone, key on my desk.")


@never_cache
@staff_door(EVERYBODY, recently_known=("GET", "POST"), without_factor=True)
def set_up_passkey(request: StaffRequest) -> HttpResponse:
    """A passkey: the browser makes it when it is asked, and answers in a hidden field."""
    form = PasskeyForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            codes = add_passkey(
                request.user, form.cleaned_data["name"], passkey_answer(request.POST.get("passkey", ""))
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            return _set_up(request, codes)
    context = {"form": form, "question": new_passkey_question(request.user)}
    return render(request, "office/set_up_passkey.html", context, status=422 if form.errors else 200)


def _set_up(request: StaffRequest, codes: list[str]) -> HttpResponse:
    """The recovery codes where there are new ones; else back to the list."""
    messages.success(request, "That opens your account from now on.")
    return _shown_once(request, codes) if codes else redirect("office:security")


@require_POST
@never_cache
@staff_door(EVERYBODY, recently_known=CHANGES, without_factor=True)
def renew_codes(request: StaffRequest) -> HttpResponse:
    """New recovery codes, shown on this answer and never again."""
    try:
        return _shown_once(request, renew_recovery_codes(request.user))
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:security")


def _shown_once(request: StaffRequest, codes: list[str]) -> HttpResponse:
    answer = render(request, "office/recovery_codes.html", {"codes": codes})
    answer["Cache-Control"] = "no-store, private"
    return answer


@require_POST
@staff_door(EVERYBODY, recently_known=CHANGES, without_factor=True)
def remove(request: StaffRequest, factor_id: int) -> HttpResponse:
    """Remove a second factor of one's own."""
    found(factors_of(request.user).filter(pk=factor_id), "second factor of yours")
    try:
        remove_factor(factor_id, by=request.user)
        messages.success(request, "It is removed.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:security")


@require_POST
@staff_door(EVERYBODY, without_factor=True)
def end(request: StaffRequest, log_in_id: int) -> HttpResponse:
    """Log one other browser of one's own out."""
    found(LogIn.objects.filter(user=request.user, pk=log_in_id), "log-in of yours")
    try:
        end_log_in(log_in_id, by=request.user)
        messages.success(request, "That browser is logged out.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:security")


@require_POST
@staff_door(EVERYBODY, without_factor=True)
def end_others(request: StaffRequest) -> HttpResponse:
    """Log all other browsers of one's own out."""
    count = end_other_log_ins(request.user, but=request.session.get(LOG_IN, 0))
    messages.success(request, "All other browsers are logged out." if count else "You are logged in nowhere else.")
    return redirect("office:security")


@staff_door(EVERYBODY, recently_known=("GET", "POST"), without_factor=True)
def known(request: StaffRequest) -> HttpResponse:
    """Asks who one is, for a piece of a page that cannot, and goes back to the page."""
    return back_from(request)


class FactorRulesForm(forms.Form):
    """The roles that need a second factor."""

    roles = forms.MultipleChoiceField(
        label="Who needs a second factor",
        choices=lambda: [(role, role.capitalize()) for role in roles_of_people()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="Whoever has none yet is led to set it up at their next click, and to nothing else until it is done.",
    )


@staff_door("office.manage_staff", recently_known=CHANGES)
def factor_rules(request: StaffRequest) -> HttpResponse:
    """Which roles need a second factor."""
    initial: dict[str, Any] = {"roles": roles_with_factor(request.company)}
    form = FactorRulesForm(request.POST if request.method == "POST" else None, initial=initial)
    if request.method == "POST" and form.is_valid():
        set_factor_rules(request.company, form.cleaned_data["roles"], by=request.user)
        messages.success(request, "Saved. It holds from the next click of everybody.")
        return redirect("office:factor_rules")
    return render(request, "office/factor_rules.html", {"form": form})
