"""The page of a link that ran out: it tells nothing of what it opened, and mails a new one to the contact on file."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods

from billing.operations.manage_links import mail_new_link, new_link_mail
from billing.web.portal import standing_link
from customers.models import Contact
from ledger.refusals import Refused
from office.email_addresses import masked
from office.languages import as_written_in
from office.models import OutgoingMail
from office.web.customer_door import customer_door

METHODS = ["GET", "HEAD", "POST"]


@require_http_methods(METHODS)
@customer_door
def renew(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that the link ran out; a sent form mails a new one."""
    link = standing_link(request, ref)
    if not link.has_run_out:
        return redirect("portal:document", ref)
    return renewal_page(request, link.contact, new_link_mail(link), lambda: mail_new_link(link.pk))


def renewal_page(
    request: HttpRequest, contact: Contact, mailed: OutgoingMail | None, mail_it: Callable[[], OutgoingMail]
) -> HttpResponse:
    """The page, in the contact's language; `mailed` is the mail of the last minutes, if there is one."""
    company, wrong = contact.customer.company, ""
    with override(as_written_in(contact.customer.language, company.country)):
        if request.method == "POST":
            try:
                mail_it()
                return redirect(request.path)
            except Refused:
                wrong = _("We cannot mail you a new link just now. Please write to us.")
        context = {"company": company, "address": masked(contact.email), "is_mailed": bool(mailed), "wrong": wrong}
        response = render(request, "portal/renew.html", context)
    response["Referrer-Policy"] = "same-origin"  # a form that tells nobody where it stands is refused as forged
    return response
