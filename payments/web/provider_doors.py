"""The doors of providers: where they send their events, and the page of the test provider."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from ledger.money import round_money
from office.web.doors import open_door
from payments.models import OnlinePayment, OnlineStatus
from payments.online import BadSignature, NoticeKind, provider_named
from payments.online.practice import Practice, event_of, session_of
from payments.online.units import from_smallest_units
from payments.operations.take_provider_event import take_provider_event

LARGEST_EVENT = 512 * 1024


@csrf_exempt
@require_POST
@open_door
def webhook(request: HttpRequest, provider: str) -> HttpResponse:
    """Act on a provider's event. It guards itself by the provider's signature; anything else is refused unread."""
    known = provider_named(provider)
    if known is None:
        raise Http404("No such provider.")
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST_EVENT:
        return JsonResponse({"error": "too large"}, status=413)
    try:
        outcome = take_provider_event(known, request.body, request.headers)
    except BadSignature:
        return JsonResponse({"error": "not signed"}, status=400)
    return JsonResponse({"outcome": outcome})


@require_http_methods(["GET", "POST"])
@open_door
def practice_checkout(request: HttpRequest, token: str) -> HttpResponse:
    """The page of the test provider: pay or not, without money. Its event goes the way of all events."""
    session = session_of(token) if settings.TEST_PROVIDER else None
    if session is None:
        raise Http404("No such page.")
    if OnlinePayment.objects.filter(reference=session["reference"], status=OnlineStatus.CLOSED).exists():
        return redirect(session["return_url"])  # as a page that was closed does
    if request.method == "POST":
        kind = NoticeKind.PAID if request.POST.get("act") == "pay" else NoticeKind.FAILED
        take_provider_event(Practice(), *event_of(session, kind))
        return redirect(session["return_url"])
    amount = round_money(from_smallest_units(session["units"], session["currency"]), session["currency"])
    return render(request, "payments/practice_checkout.html", {"session": session, "amount": amount})
