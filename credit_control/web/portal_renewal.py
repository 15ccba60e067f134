"""The page of a link to an account that ran out."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from billing.web.portal_renewal import METHODS, renewal_page
from credit_control.operations.manage_account_links import mail_new_account_link, new_account_link_mail
from credit_control.web.account_door import page_of, standing_link
from office.web.customer_door import customer_door


@require_http_methods(METHODS)
@customer_door
def renew(request: HttpRequest, ref: str) -> HttpResponse:
    """Say that the link ran out; a sent form mails a new one."""
    link = standing_link(request, ref)
    if not link.has_run_out:
        return redirect(page_of(link))
    return renewal_page(request, link.contact, new_account_link_mail(link), lambda: mail_new_account_link(link.pk))
