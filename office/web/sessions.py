"""From coming in to going out: what a session remembers, and when it ends by itself."""

from collections.abc import Callable
from datetime import timedelta
from time import time

from django.contrib.auth import login, logout
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from office.audit import record
from office.models import LogIn, User
from office.sealing import seal
from office.ways_in.log_ins import IDLE, LONGEST, NOTED_EVERY, device_words, end_log_ins
from office.web.address import address_of

KNOWN_FOR = timedelta(minutes=15)
"""So long after somebody was known they may do what asks for it anew."""

LOG_IN, BEGAN, SEEN, KNOWN = "log_in_id", "log_in_began", "log_in_seen", "known_at"


def begin_session(request: HttpRequest, user: User, way: str) -> None:
    """Let a person in who has shown who they are, and keep from where."""
    login(request, user)
    assert request.session.session_key
    with transaction.atomic():
        log_in = LogIn.objects.create(
            user=user,
            sealed_key=seal(request.session.session_key),
            device=device_words(request.headers.get("User-Agent", "")),
            address=address_of(request)[:45],
            way=way,
            seen_at=timezone.now(),
        )
        record(user, "log_in", user, after={"by": way, "from": log_in})
    request.session.update({LOG_IN: log_in.pk, BEGAN: time(), SEEN: time()})
    note_known(request)


def end_session(request: HttpRequest, because: str) -> None:
    """Put this browser out."""
    log_in_id = request.session.get(LOG_IN, 0)
    logout(request)
    with transaction.atomic():
        end_log_ins(LogIn.objects.filter(pk=log_in_id), because)


def session_renewed(request: HttpRequest) -> None:
    """Keep the key that the session has from now on."""
    assert request.session.session_key
    LogIn.objects.filter(pk=request.session.get(LOG_IN, 0)).update(sealed_key=seal(request.session.session_key))


def note_known(request: HttpRequest) -> None:
    """Remember that the person has just shown who they are."""
    request.session[KNOWN] = time()


def is_known(request: HttpRequest) -> bool:
    """Whether the person has shown who they are a short while ago."""
    known_at: float = request.session.get(KNOWN, 0)
    return time() - known_at < KNOWN_FOR.total_seconds()


class WatchedSessions:
    """Ends sessions that are old or idle, and notes now and then that one is in use.

    It looks only where a page asks for the person, so that pages for everybody stay without a session.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        person = request.user
        request.user = SimpleLazyObject(lambda: _watched(request, person))  # type: ignore[assignment]  # reads as what it holds
        return self.get_response(request)


def _watched(request: HttpRequest, person: User | AnonymousUser) -> User | AnonymousUser:
    if not person.is_authenticated or LOG_IN not in request.session:
        return person
    now, began, seen = time(), request.session[BEGAN], request.session[SEEN]
    if now - began > LONGEST.total_seconds() or now - seen > IDLE.total_seconds():
        request.user = person  # ends with it; asked for anew it would come here again
        end_session(request, "not used" if now - seen > IDLE.total_seconds() else "the day is over")
        return AnonymousUser()
    if now - seen > NOTED_EVERY.total_seconds():
        request.session[SEEN] = now
        LogIn.objects.filter(pk=request.session[LOG_IN]).update(seen_at=timezone.now())
    return person
