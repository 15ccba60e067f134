"""Going to the company's provider to log in, and coming back: by OpenID Connect or by SAML 2.0."""

import logging

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from office.models import User
from office.models.staff import may_come_in
from office.ways_in import saml, single_sign_on
from office.ways_in.factors import has_second_factor
from office.ways_in.single_sign_on import Asked, SignOnFailed
from office.web.doors import open_door
from office.web.login import come_in
from office.web.pending import let_wait

log = logging.getLogger(__name__)

ASKED, ASKED_BY_SAML = "single_sign_on", "single_sign_on_saml"
AGAIN = "again"
"""What marks an answer that this browser hands on to us from a page of ours."""
NOT_LET_IN = "Your provider's word did not let you in. Log in with your password, or ask your administrator."


@open_door
@require_GET
@never_cache
def sign_on(request: HttpRequest) -> HttpResponse:
    """To the provider; what it is to answer is remembered for this browser alone."""
    page = request.GET.get("next", "/")
    try:
        if single_sign_on.is_set_up():
            address, request.session[ASKED] = single_sign_on.ask(page)
        elif saml.is_set_up():
            address, asked = saml.ask()
            request.session[ASKED_BY_SAML] = {"id": asked, "next": page}
        else:
            raise Http404("There is no provider.")
    except SignOnFailed as why:
        return _not_let_in(request, str(why))
    return redirect(address)


@open_door
@require_GET
@never_cache
def come_back(request: HttpRequest) -> HttpResponse:
    """From the provider by OpenID Connect."""
    asked = request.session.pop(ASKED, None)
    if not single_sign_on.is_set_up() or not asked:
        return _not_let_in(request, "Nothing was asked in this browser.")
    try:
        email = single_sign_on.verified_email(request.GET.dict(), Asked(**asked))
    except SignOnFailed as why:
        return _not_let_in(request, str(why))
    return _let_in(request, email, asked["next"])


@open_door
@csrf_exempt
@require_POST
@never_cache
def come_back_by_saml(request: HttpRequest) -> HttpResponse:
    """From the provider by SAML, whose answer holds once and for the browser that asked.

    A browser sends no session along with what another site has it post. So the answer is first handed on by a page of
    ours; RelayState is not looked at, as the session remembers where somebody wanted to go.
    """
    response = request.POST.get("SAMLResponse", "")
    if not saml.is_set_up() or not response or len(response) > saml.LONGEST:
        return _not_let_in(request, "There is no answer by SAML.")
    if AGAIN not in request.POST:
        return render(request, "office/sign_on_again.html", {"response": response})
    asked = request.session.pop(ASKED_BY_SAML, None)
    if not asked:
        return _not_let_in(request, "Nothing was asked in this browser.")
    try:
        email = saml.verified_email(response, asked["id"])
    except SignOnFailed as why:
        return _not_let_in(request, str(why))
    return _let_in(request, email, asked["next"])


@open_door
@require_GET
def metadata(request: HttpRequest) -> HttpResponse:
    """What a provider by SAML is told of us."""
    if not saml.is_set_up():
        raise Http404("There is no provider.")
    return HttpResponse(saml.our_metadata(), content_type="application/samlmetadata+xml")


def _let_in(request: HttpRequest, email: str, page: str) -> HttpResponse:
    """Somebody who works here comes in, by the second factor where they have one; nobody is made."""
    user = User.objects.filter(may_come_in(), email=email).first()
    if user is None:
        return _not_let_in(request, "Nobody of that address works here.")
    if has_second_factor(user):
        let_wait(request, user, page, way="single sign-on")
        return redirect("office:log_in_code")
    return come_in(request, user, "single sign-on", page)


def _not_let_in(request: HttpRequest, why: str) -> HttpResponse:
    log.warning("Single sign-on let nobody in: %s", why)
    messages.error(request, NOT_LET_IN)
    return redirect("office:log_in")
