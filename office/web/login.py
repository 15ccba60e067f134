"""Coming in and going out."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash, views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from office.access import companies_for
from office.audit import record
from office.web.doors import EVERYBODY, open_door, staff_door
from office.web.requests import StaffRequest


class LogInForm(AuthenticationForm):
    """E-mail and password."""

    error_messages = {
        "invalid_login": "That e-mail address and password do not belong together. Both are case-sensitive.",
        "inactive": "This account is switched off. Ask your administrator.",
    }


log_in = open_door(
    views.LoginView.as_view(
        template_name="office/log_in.html",
        authentication_form=LogInForm,
        redirect_authenticated_user=True,
        extra_context={"demo": settings.DEMO},
    )
)


class LogOut(views.LogoutView):
    """Ends the session, and has the browser forget the pages it keeps for its Back button."""

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        answer = super().post(*args, **kwargs)
        answer["Clear-Site-Data"] = '"cache"'
        return answer


log_out = open_door(LogOut.as_view())


@staff_door(EVERYBODY)
def change_password(request: StaffRequest) -> HttpResponse:
    """One's own password; other sessions end."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        form.save()
        update_session_auth_hash(request, form.user)
        record(request.user, "change_password", request.user)
        messages.success(request, "Your password is changed. Everywhere else you are logged out.")
        return redirect("home")
    return render(request, "office/change_password.html", {"form": form})


@require_POST
@staff_door(EVERYBODY)
def choose_company(request: StaffRequest, company_id: int) -> HttpResponse:
    """Work in another of one's companies from now on."""
    company = companies_for(request.user).filter(pk=company_id).first()
    if company is None:
        raise Http404("You do not work for that company.")
    request.session["company_id"] = company.pk
    messages.success(request, f"You work in {company} now.")
    return redirect("home")
