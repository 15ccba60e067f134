"""A form that is sent twice, by a double click, the Back button or a lost answer, is done once."""

from collections.abc import Callable
from functools import wraps
from hashlib import sha256
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponseBase, HttpResponseRedirect

from office.answers import taken
from office.web.requests import StaffRequest

View = Callable[..., HttpResponseBase]
DRAWING = "csrfmiddlewaretoken"
"""New each time a page is drawn, so it tells the same form sent again from a new one with the same content."""


def once(view: View) -> View:
    """Do what a form asks once for each drawing of its page and each content; sent again, it leads where the first led.

    What is shown anew, because something in it is wrong, may be sent as often as it takes.
    """

    @wraps(view)
    def guarded(request: StaffRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method != "POST" or DRAWING not in request.POST:
            return view(request, *args, **kwargs)
        return _answered(request, lambda: view(request, *args, **kwargs))

    return guarded


@transaction.atomic
def _answered(request: StaffRequest, act: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    content = _content(request)
    row, is_new = taken(request.user, f"form:{content}", content)
    if not is_new:
        says = "You sent this very form before, so nothing more was done. To do it again, load its page anew."
        messages.warning(request, says)
        return HttpResponseRedirect(str(row.body))
    answer = act()
    if not isinstance(answer, HttpResponseRedirect):
        row.delete()
        return answer
    row.status, row.body = answer.status_code, answer.url
    row.save(update_fields=["status", "body"])
    return answer


def _content(request: StaffRequest) -> str:
    files = [(name, file.name, file.size) for name, each in request.FILES.lists() for file in each]
    return sha256(repr([request.get_full_path(), sorted(request.POST.lists()), files]).encode()).hexdigest()
