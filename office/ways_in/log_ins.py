"""Who is in, since when and from where; and putting somebody out."""

import re
from collections.abc import Iterator
from datetime import timedelta

from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone

from office.models import LogIn, User
from office.sealing import Unsealable, reseal, unseal

LONGEST = timedelta(hours=12)
"""A working day: then everybody logs in again, however busy."""
IDLE = timedelta(hours=2)
"""A long lunch: whoever does nothing for longer logs in again."""
NOTED_EVERY = timedelta(minutes=5)

BROWSERS = {"Edg": "Edge", "OPR": "Opera", "Firefox": "Firefox", "Chrome": "Chrome", "Safari": "Safari"}
"""By what their names say in a header; most say to be several, so the order counts."""
SYSTEMS = {
    "Android": "Android",
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Windows": "Windows",
    "Mac OS": "macOS",
    "Linux": "Linux",
}


def device_words(agent: str) -> str:
    """A browser's header in words: `Firefox on Windows`."""
    browser = next((name for sign, name in BROWSERS.items() if re.search(rf"{sign}(iOS)?/", agent)), "A browser")
    system = next((name for sign, name in SYSTEMS.items() if sign in agent), "")
    return f"{browser} on {system}" if system else browser


def log_ins_of(user: User) -> QuerySet[LogIn]:
    """Where a person is in; what nobody ended is over by itself after a while."""
    now = timezone.now()
    stands = LogIn.objects.filter(user=user, ended_at=None, began_at__gt=now - LONGEST)
    return stands.filter(seen_at__gt=now - IDLE - NOTED_EVERY).order_by("-seen_at", "-pk")


def end_log_ins(log_ins: QuerySet[LogIn], because: str) -> int:
    """Put these out at once: their sessions are gone. Returns how many."""
    ended = [_key(each) for each in log_ins.filter(ended_at=None).select_for_update(no_key=True)]
    log_ins.filter(ended_at=None).update(ended_at=timezone.now(), ended_because=because)
    Session.objects.filter(session_key__in=ended).delete()
    return len(ended)


def reseal_log_ins() -> Iterator[int]:
    """Seal the keys of sessions that may stand anew by the newest key, so that whoever is in can still be put out."""
    stands = LogIn.objects.filter(ended_at=None, began_at__gt=timezone.now() - LONGEST).order_by("pk")
    for done, log_in in enumerate(stands, start=1):
        same = LogIn.objects.filter(pk=log_in.pk, sealed_key=log_in.sealed_key)
        same.update(sealed_key=reseal(log_in.sealed_key))
        yield done


def _key(log_in: LogIn) -> str:
    try:
        return unseal(log_in.sealed_key)
    except Unsealable:  # from before the keys changed: a session does not live so long
        return ""
