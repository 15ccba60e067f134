"""Where mail services tell what became of our mails."""

from collections import Counter

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from office.mail.events import NotGuarded, NotRead, guards_of, read_events
from office.operations.take_mail_event import take_mail_event
from office.web.doors import open_door

LARGEST = 2 * 1024 * 1024


@csrf_exempt
@require_http_methods(["POST", "HEAD"])
@open_door
def mail_events(request: HttpRequest, service: str) -> HttpResponse:
    """Act on a service's events. It guards itself by signature or log-in; what is not guarded is refused unread.

    An event about no mail of ours, or told before, is answered like any other: nobody is to send it again.
    """
    if not guards_of(service):
        raise Http404("No such mail service.")
    if request.method == "HEAD":  # some ask whether the address is there
        return HttpResponse()
    if int(request.META.get("CONTENT_LENGTH") or 0) > LARGEST:
        return JsonResponse({"error": "too large"}, status=413)
    try:
        events, others = read_events(service, request)
    except NotGuarded:
        answer = JsonResponse({"error": "not signed"}, status=401)
        answer["WWW-Authenticate"] = 'Basic realm="mail events"'
        return answer
    except NotRead:
        return JsonResponse({"error": "not read"}, status=400)
    found = Counter(str(take_mail_event(event, service) or "unknown") for event in events)
    return JsonResponse({**found, "ignored": others})
