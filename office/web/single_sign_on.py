"""Going to the company's provider to log in, and coming back."""

import logging

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from office.factors import has_second_factor
from office.models import User
from office.models.staff import may_come_in
from office.single_sign_on import Asked, SignOnFailed, ask, is_set_up, verified_email
from office.web.doors import open_door
from office.web.login import come_in
from office.web.pending import let_wait

log = logging.getLogger(__name__)

ASKED = "single_sign_on"
NOT_LET_IN = "Your provider's word did not let you in. Log in with your password, or ask your administrator."


@open_door
@require_GET
@never_cache
def sign_on(request: HttpRequest) -> HttpResponse:
    """To the provider; what it is to answer is remembered for this browser alone."""
    if not is_set_up():
        raise Http404("There is no provider.")
    try:
        address, request.session[ASKED] = ask(request.GET.get("next", "/"))
    except SignOnFailed as why:
        return _not_let_in(request, str(why))
    return redirect(address)


@open_door
@require_GET
@never_cache
def come_back(request: HttpRequest) -> HttpResponse:
    """From the provider: somebody who works here comes in, by the second factor where they have one; nobody is made."""
    asked = request.session.pop(ASKED, None)
    if not is_set_up() or not asked:
        return _not_let_in(request, "Nothing was asked in this browser.")
    try:
        email = verified_email(request.GET.dict(), Asked(**asked))
    except SignOnFailed as why:
        return _not_let_in(request, str(why))
    user = User.objects.filter(may_come_in(), email=email).first()
    if user is None:
        return _not_let_in(request, "Nobody of that address works here.")
    if has_second_factor(user):
        let_wait(request, user, asked["next"], way="single sign-on")
        return redirect("office:log_in_code")
    return come_in(request, user, "single sign-on", asked["next"])


def _not_let_in(request: HttpRequest, why: str) -> HttpResponse:
    log.warning("Single sign-on let nobody in: %s", why)
    messages.error(request, NOT_LET_IN)
    return redirect("office:log_in")
