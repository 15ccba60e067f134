"""Whether receivers can believe that mail is ours."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from office.mail.message import sender_address
from office.mail.sender_domain import said_by
from office.web.doors import staff_door
from office.web.requests import StaffRequest


@require_GET
@staff_door("office.change_company_settings")
def sender_domain(request: StaffRequest) -> HttpResponse:
    """Ask what the sender's domain says in DNS, for one DKIM selector."""
    address = sender_address()
    domain = address.rpartition("@")[2].lower()
    selector = request.GET.get("selector", settings.DKIM_SELECTOR).strip().lower()[:63]
    context = {"address": address, "domain": domain, "selector": selector, "said": said_by(domain, selector)}
    return render(request, "office/sender_domain.html", context)
