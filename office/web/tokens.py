"""A person's own tokens for programs: listed, made (shown once), revoked."""

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ledger.refusals import Refused
from office.models import ApiToken
from office.operations.create_api_token import create_api_token
from office.operations.revoke_api_token import revoke_api_token
from office.web.doors import EVERYBODY, staff_door
from office.web.requests import StaffRequest


class TokenForm(forms.Form):
    """A new token."""

    name = forms.CharField(label="Which program is it for?", max_length=100)


@never_cache
@staff_door(EVERYBODY)
def token_list(request: StaffRequest) -> HttpResponse:
    """One's own tokens; a new one is shown on the answer that made it and never again."""
    form, secret = TokenForm(request.POST or None), ""
    if request.method == "POST" and form.is_valid():
        _, secret = create_api_token(form.cleaned_data["name"], by=request.user)
        form = TokenForm()
    tokens = ApiToken.objects.filter(user=request.user).order_by("revoked_at", "-id")
    return render(request, "office/tokens.html", {"form": form, "secret": secret, "tokens": tokens})


@require_POST
@staff_door(EVERYBODY)
def revoke(request: StaffRequest, token_id: int) -> HttpResponse:
    """Stop one of one's own tokens at once."""
    token = get_object_or_404(ApiToken, pk=token_id, user=request.user)
    try:
        revoke_api_token(token.pk, by=request.user)
        messages.success(request, f"The token of {token.name} stopped.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:token_list")
