"""The door to a customer's account: the mailed link, and on each device a code that was mailed to its contact."""

from datetime import timedelta
from hashlib import sha256

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from billing.links import SHOWN_FOR
from billing.models import OpeningKind
from billing.operations.note_opening import network_of
from credit_control.account.offered import DETAILS, MANDATE
from credit_control.models import AccountLink, AccountOpening
from credit_control.statements.links import standing_links
from office.web.address import address_of
from office.web.customer_door import FirstTo, LinkCookie, NoSuchLink, came_to, is_visit

OPEN_FOR = timedelta(hours=12)
"""How long a device on which the code was typed opens the account without another."""
COOKIE = LinkCookie("duebook_account", salt="credit_control.web.portal")
PROOF = LinkCookie("duebook_account_proof", salt="credit_control.web.account_door", lasts=OPEN_FOR)


def page_of(link: AccountLink) -> str:
    """The account's page, which is also the path of its cookies."""
    return reverse("account:page", args=[link.ref])


PLACES = {DETAILS: "account:details", MANDATE: "account:mandate"}
"""Pages below the account's to which the code may lead."""


def place_of(link: AccountLink, to: str) -> str:
    """Where the code leads: a page that was asked for, else the account's page."""
    return reverse(PLACES.get(to, "account:page"), args=[link.ref])


def code_page_of(link: AccountLink, to: str = "") -> str:
    """The page that asks for the code, and leads there."""
    return reverse("account:code", args=[link.ref]) + (f"?to={to}" if to in PLACES else "")


def entered(link: AccountLink, *, to: str = "") -> HttpResponse:
    """The way to the page, or to another below it, with the cookie that says the token was shown; of a link that ran
    out, one that is told so for a while."""
    return COOKIE.entered(page_of(link), link.ref, max(link.expires_at, timezone.now() + SHOWN_FOR), to=to)


def proven(link: AccountLink, to: str = "") -> HttpResponse:
    """The way in, with the cookie that says the code was typed here."""
    return PROOF.entered(page_of(link), _proof_of(link), timezone.now() + OPEN_FOR, to=place_of(link, to))


def _proof_of(link: AccountLink) -> str:
    """What the cookie says: of this link, and of the address that the code was mailed to."""
    return f"{link.ref} {sha256(link.contact.email.encode()).hexdigest()}"


def is_proven(request: HttpRequest, link: AccountLink) -> bool:
    """Whether the code was typed on this device a short while ago."""
    return PROOF.opens(request, _proof_of(link))


def shown(request: HttpRequest, ref: str) -> AccountLink:
    """The live link of this page, for a reader who showed its token; else NoSuchLink, or where it ran out FirstTo. It
    opens nothing."""
    link = standing_link(request, ref)
    if link.has_run_out:
        raise FirstTo(reverse("account:renew", args=[ref]))
    came_to(request, lambda: link.customer.company)
    return link


def standing_link(request: HttpRequest, ref: str) -> AccountLink:
    """The same, also where it ran out."""
    link = standing_links().filter(ref=ref).first() if COOKIE.opens(request, ref) else None
    if link is None:
        raise NoSuchLink
    return link


def held(request: HttpRequest, ref: str) -> AccountLink:
    """The live link of this page, for a reader who typed the mailed code, too; others are asked for it first."""
    link = shown(request, ref)
    if not is_proven(request, link):
        raise FirstTo(code_page_of(link))
    return link


def opened(request: HttpRequest, ref: str, kind: OpeningKind) -> AccountLink:
    """The same; the visit is written down where it is one."""
    link = held(request, ref)
    if is_visit(request):
        note_visit(request, link, kind)
    return link


def note_visit(request: HttpRequest, link: AccountLink, kind: OpeningKind) -> None:
    """Write down that the link was used, and for what."""
    AccountOpening.objects.create(link=link, kind=kind, address_prefix=network_of(address_of(request)))
