"""The page before a customer's account: a code is mailed to the link's contact, and whoever types it comes in."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override
from django.views.decorators.http import require_http_methods

from billing.web.portal import held_link
from credit_control.account.code_words import minutes_words
from credit_control.account.codes import last_number, live_code
from credit_control.account.offered import live_link_of, may_see_account
from credit_control.models import AccountLink
from credit_control.operations.account_link_for import account_link_for
from credit_control.operations.ask_account_code import ask_account_code
from credit_control.operations.open_account import open_account
from credit_control.web.account_door import OPEN_FOR, code_page_of, entered, is_proven, place_of, proven, shown
from customers.models import Contact
from ledger.refusals import Refused
from office.email_addresses import masked
from office.languages import as_written_in
from office.web.customer_door import NoSuchLink, customer_door

METHODS = ["GET", "HEAD", "POST"]
HOURS = OPEN_FOR.seconds // 3600
LONGEST = 40
"""What is read of a code as somebody typed it, with blanks or a sentence around it."""


@require_http_methods(METHODS)
@customer_door
def code(request: HttpRequest, ref: str) -> HttpResponse:
    """Ask for a code, and type it. Only a sent form does either: a visit mails nothing."""
    link = shown(request, ref)
    to = request.GET.get("to", "")
    if is_proven(request, link):
        return redirect(place_of(link, to))
    with override(_language_of(link.contact)):
        if request.method != "POST":
            return _page(request, link.contact, link)
        if "code" in request.POST:
            return _typed(request, link, request.POST["code"][:LONGEST])
        wrong = _asked(request, link)
        return _page(request, link.contact, link, wrong) if wrong else redirect(code_page_of(link, to))


@require_http_methods(METHODS)
@customer_door
def from_document(request: HttpRequest, ref: str) -> HttpResponse:
    """From the page of a document to the account, for who is told how it stands anyway: by the same code."""
    contact = held_link(request, ref).contact
    if not may_see_account(contact):
        raise NoSuchLink
    with override(_language_of(contact)):
        if request.method != "POST":
            return _page(request, contact, live_link_of(contact))
        link = account_link_for(contact.pk)
        if wrong := _asked(request, link):
            messages.error(request, wrong)
        return entered(link, to=code_page_of(link, request.GET.get("to", "")))


def _typed(request: HttpRequest, link: AccountLink, typed: str) -> HttpResponse:
    try:
        open_account(link, typed)
    except Refused as refusal:
        return _page(request, link.contact, link, _in_words(refusal), typed)
    return proven(link, request.GET.get("to", ""))


def _asked(request: HttpRequest, link: AccountLink) -> str:
    """Mail a code; what speaks against it, in the reader's words."""
    known = request.POST.get("after", "")[:9]
    try:
        ask_account_code(link.pk, after=int(known) if known.isdecimal() else last_number(link))
    except Refused as refusal:
        return _in_words(refusal)
    return ""


def _in_words(refusal: Refused) -> str:
    if refusal.code == "wrong_code":
        return _("This is not the code of our newest mail. Please look again.")
    if refusal.code == "no_live_code":
        return _("This code ran out, or was typed wrongly too often. Please ask for another.")
    if refusal.code == "too_many_codes":
        return _("You asked for several codes within an hour. Please use the newest one, or come back in an hour.")
    return _("We have no e-mail address of yours any more. Please ask us to add it.")


def _page(
    request: HttpRequest, contact: Contact, link: AccountLink | None, wrong: str = "", typed: str = ""
) -> HttpResponse:
    context = {
        "company": contact.customer.company,
        "link": link,
        "address": masked(contact.email),
        "after": last_number(link) if link else 0,
        "is_mailed": bool(link and live_code(link)),
        "wrong": wrong,
        "typed": typed,
        "minutes": minutes_words(),
        "hours": ngettext("%(count)s hour", "%(count)s hours", HOURS) % {"count": HOURS},
    }
    response = render(request, "portal/account_code.html", context)
    response["Referrer-Policy"] = "same-origin"  # a form that tells nobody where it stands is refused as forged
    return response


def _language_of(contact: Contact) -> str:
    return as_written_in(contact.customer.language, contact.customer.company.country)
