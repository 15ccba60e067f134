"""Customers who may be one and the same: the pairs, and saying that two are two."""

from urllib.parse import urlencode

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from customers.access import get_customer_for
from customers.duplicates import Pair, pairs_of
from customers.operations.tell_apart import dismiss_duplicate
from ledger.refusals import Refused
from office.web.doors import staff_door
from office.web.lists.filters import clean_text
from office.web.requests import StaffRequest

SIZE = 20
SALT = "customers.duplicates"


@require_GET
@staff_door("customers.view_customer")
def duplicates(request: StaffRequest) -> HttpResponse:
    """Pairs of customers who may be one, the surest first."""
    search = clean_text(request.GET.get("q", ""))
    after = _place(request.GET.get("after", ""))
    found = pairs_of(request.company, request.user, search=search, after=after, most=SIZE + 1)
    pairs = found[:SIZE]
    context = {
        "pairs": pairs,
        "search": search,
        "is_later": bool(after),
        "first_url": _address(search),
        "next_url": _address(search, pairs[-1]) if len(found) > SIZE else "",
    }
    return render(request, "customers/duplicates.html", context)


def _place(mark: str) -> tuple[int, ...]:
    """The place that a mark names; none where it is not ours."""
    try:
        return tuple(signing.loads(mark, salt=SALT)) if mark else ()
    except signing.BadSignature:
        return ()


def _address(search: str, last: Pair | None = None) -> str:
    asked = {"q": search} if search else {}
    if last:
        asked["after"] = signing.dumps(list(last.place), salt=SALT)
    return reverse("customers:duplicates") + (f"?{urlencode(asked)}" if asked else "")


@require_POST
@staff_door("customers.update_customer")
def dismiss(request: StaffRequest, customer_id: int, other_id: int) -> HttpResponse:
    """Say that two who look like one are two, and how one knows."""
    first, second = (get_customer_for(request.user, pk) for pk in (customer_id, other_id))
    try:
        dismiss_duplicate(first.pk, second.pk, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, f"{first.name} and {second.name} are two customers.")
    return redirect(_address(clean_text(request.POST.get("q", ""))))
