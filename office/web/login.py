"""Coming in and going out."""

from typing import Any

from allauth.mfa.webauthn.internal import auth as passkeys
from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash, views
from django.contrib.auth.forms import AuthenticationForm, PasswordChangeForm
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from ledger.refusals import Refused
from office.access import companies_for
from office.audit import record
from office.models import User
from office.operations.log_in_links import ask_other_password
from office.operations.manage_factors import tell_of_way_in
from office.operations.note_failed_log_in import note_failed_log_in
from office.ways_in import saml, single_sign_on
from office.ways_in.factors import (
    PASSKEY,
    factors_of,
    has_second_factor,
    is_known_by_code,
    is_known_by_passkey,
    owner_of_passkey,
    was_used,
)
from office.ways_in.log_ins import end_log_ins, log_ins_of
from office.ways_in.passwords import is_known_to_be_stolen
from office.ways_in.throttle import Counter, counters, forget, seconds_to_wait
from office.web.address import address_of
from office.web.devices import device_of, remember_device
from office.web.doors import EVERYBODY, open_door, staff_door
from office.web.passkeys import passkey_answer
from office.web.pending import (
    CHOOSES,
    let_wait,
    wait_no_more,
    waits_for_page,
    waits_with_stolen_password,
    way_so_far,
    who_waits,
)
from office.web.requests import StaffRequest
from office.web.sessions import LOG_IN, begin_session, end_session, note_known, session_renewed

USED_AGAIN = "Somebody typed your password and a code that was used before"
TOO_MANY = "Too many tries. Try again in %(seconds)s seconds."


class LogInForm(AuthenticationForm):
    """E-mail and password; how often is counted before the password is looked at."""

    error_messages = {
        "invalid_login": "That e-mail address and password do not belong together. Both are case-sensitive.",
        "inactive": "This account is switched off. Ask your administrator.",
        "too_many": TOO_MANY,
    }
    counted: list[Counter] = []
    too_many = False

    def clean(self) -> dict[str, Any]:
        """Whom the address and password are of."""
        assert self.request
        email = self.cleaned_data.get("username", "")
        self.counted = counters("password", email, address_of(self.request), device_of(self.request, email))
        if seconds := seconds_to_wait(self.counted):
            self.too_many = True
            raise forms.ValidationError(self.error_messages["too_many"], "too_many", {"seconds": seconds})
        try:
            return super().clean()
        except forms.ValidationError:
            note_failed_log_in(email)
            raise


class LogInView(views.LoginView):
    """The password, and then the second factor of whoever has one; or a passkey, which is both."""

    template_name = "office/log_in.html"
    authentication_form = LogInForm
    redirect_authenticated_user = True
    extra_context = {"demo": settings.DEMO}

    def get_context_data(self, **more: Any) -> dict[str, Any]:
        return super().get_context_data(**more) | {"single_sign_on": _sign_on_name()}

    def post(self, *args: Any, **kwargs: Any) -> HttpResponse:
        if "passkey" in self.request.POST:
            return self._by_passkey()
        return super().post(*args, **kwargs)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        assert isinstance(form, LogInForm)
        assert isinstance(user, User)
        forget(form.counted)
        is_stolen = is_known_to_be_stolen(form.cleaned_data["password"])
        if has_second_factor(user):
            let_wait(self.request, user, self.get_success_url(), is_stolen=is_stolen)
            return redirect("office:log_in_code")
        if is_stolen:
            return choose_another(self.request, user)
        return come_in(self.request, user, "password", self.get_success_url())

    def form_invalid(self, form: AuthenticationForm) -> HttpResponse:
        assert isinstance(form, LogInForm)
        return self.render_to_response(self.get_context_data(form=form), status=429 if form.too_many else 200)

    def _by_passkey(self) -> HttpResponse:
        """Whoever a passkey is of; it was unlocked by a finger, a face or a PIN, so it is two factors at once."""
        answer = passkey_answer(self.request.POST["passkey"])
        user = owner_of_passkey(answer)
        if user and is_known_by_passkey(user, answer):
            return come_in(self.request, user, "passkey", self.get_success_url())
        messages.error(self.request, "That passkey opens nothing here. Log in with your password.")
        return redirect(self.request.get_full_path())


log_in = open_door(LogInView.as_view())


def _sign_on_name() -> str:
    """What the button of the company's provider says; empty where there is none."""
    return settings.OIDC_NAME if single_sign_on.is_set_up() or saml.is_set_up() else ""


def come_in(request: HttpRequest, user: User, way: str, page: str) -> HttpResponse:
    """Let somebody in who has shown who they are, to where they wanted to go."""
    wait_no_more(request)
    begin_session(request, user, way)
    is_ours = url_has_allowed_host_and_scheme(page, {request.get_host()}, require_https=request.is_secure())
    answer = redirect(page if is_ours else "home")
    remember_device(request, answer, user)
    return answer


def choose_another(request: HttpRequest, user: User) -> HttpResponse:
    """To the page where somebody chooses another password than their stolen one; before that they are not in."""
    wait_no_more(request)
    try:
        link = ask_other_password(user)
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("office:log_in")
    request.session.cycle_key()
    request.session[CHOOSES] = link.pk
    return redirect("office:choose_password")


@open_door
@never_cache
def log_in_code(request: HttpRequest) -> HttpResponse:
    """The second factor of whoever typed their password: a code of the app, a passkey, or a recovery code."""
    user = who_waits(request)
    if user is None:
        return redirect("office:log_in")
    trouble, status = "", 200
    if request.method == "POST":
        counted = counters("code", user.email, address_of(request), device_of(request, user.email))
        if seconds := seconds_to_wait(counted):
            trouble, status = TOO_MANY % {"seconds": seconds}, 429
        elif way := _second_factor(user, request):
            forget(counted)
            if waits_with_stolen_password(request):
                return choose_another(request, user)
            answer = come_in(request, user, f"{way_so_far(request)} and {way}", waits_for_page(request))
            _warn_of_few_codes(request, user, way)
            return answer
        else:
            note_failed_log_in(user.email)
            if was_used(user, request.POST.get("code", "")):
                tell_of_way_in(user, USED_AGAIN)
            trouble = "That code does not open your account. Each code opens it once; the app shows a new one soon."
    kinds = {factor.type for factor in factors_of(user)}
    context = {"trouble": trouble, "has_passkey": PASSKEY in kinds}
    return render(request, "office/log_in_code.html", context, status=status)


def _second_factor(user: User, request: HttpRequest) -> str:
    if "passkey" in request.POST:
        answer = passkey_answer(request.POST["passkey"])
        return "passkey" if answer and is_known_by_passkey(user, answer) else ""
    return is_known_by_code(user, request.POST.get("code", ""))


def _warn_of_few_codes(request: HttpRequest, user: User, way: str) -> None:
    if way == "recovery code":
        messages.warning(request, "You came in by a recovery code, which is used up. Look at how many are left.")


@open_door
@require_POST
@never_cache
def passkey_question(request: HttpRequest) -> JsonResponse:
    """What the browser is asked for a passkey: of whoever is logged in or has typed their password, else of anybody."""
    user = request.user if request.user.is_authenticated else who_waits(request)
    return JsonResponse(passkeys.begin_authentication(user))


class LogOut(views.LogoutView):
    """Ends the session, and has the browser forget the pages it keeps for its Back button."""

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        end_session(request, "logged out")
        answer = super().post(request, *args, **kwargs)
        answer["Clear-Site-Data"] = '"cache"'
        return answer


log_out = open_door(LogOut.as_view())


@staff_door(EVERYBODY)
def change_password(request: StaffRequest) -> HttpResponse:
    """One's own password; other sessions end."""
    form = PasswordChangeForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        with transaction.atomic():
            form.save()
            record(request.user, "change_password", request.user)
            end_log_ins(log_ins_of(request.user).exclude(pk=request.session.get(LOG_IN, 0)), "password changed")
            tell_of_way_in(request.user, "Your password was changed")
        update_session_auth_hash(request, form.user)
        session_renewed(request)
        note_known(request)
        messages.success(request, "Your password is changed. Everywhere else you are logged out.")
        return redirect("office:security")
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
