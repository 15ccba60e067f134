"""Asking a page of ours for somebody who is not at the browser: for mail on a schedule, and for large files.

The page is asked through its own door, with a request made for that person in that company: they get what they would
get there at this moment, or a refusal in words. Any address that answers GET works; nothing is asked that changes
anything.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from email.message import Message
from importlib import import_module
from typing import cast
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.messages.storage.base import BaseStorage
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseBase, QueryDict
from django.urls import Resolver404, ResolverMatch, resolve
from django_htmx.middleware import HtmxDetails

from ledger.refusals import Refused
from office.access import companies_for, works_for_all
from office.audit import coming_from
from office.models import Company, User
from office.models.staff import may_come_in
from office.web.requests import ADDRESS, Background, OfficeRequest

LONGEST_ADDRESS = 2_000
TITLE = "Page-Title"
MAY_NOT = "This person may not see this page, or what it is about."


class Unsaid(BaseStorage):
    """What a page says to its reader, kept for whoever asked; no session has it."""

    def _get(self, *args: object, **kwargs: object) -> tuple[list[object], bool]:
        return [], True

    def _store(
        self, messages: list[object], response: HttpResponseBase, *args: object, **kwargs: object
    ) -> list[object]:
        return []


@dataclass(frozen=True)
class AskedFile:
    """A file as the page answered it; `chunks` can be read once."""

    name: str
    content_type: str
    chunks: Iterator[bytes]
    close: Callable[[], None]

    def content(self, most: int) -> bytes:
        """All of it. Raises Refused where it has more bytes."""
        read = bytearray()
        for chunk in self.chunks:
            read += chunk
            if len(read) > most:
                self.close()
                raise Refused(
                    f"The file has more than {most // 1_000_000} MB, which mails seldom carry. Narrow the view.",
                    code="file_too_large",
                )
        self.close()
        return bytes(read)


def ask_file(user: User, company: Company, address: str, told: Callable[[int], None] = lambda count: None) -> AskedFile:
    """The file that an address of ours answers to this person now. Raises Refused, or PdfUnavailable for now."""
    request, answer = _asked(user, company, address, told)
    named = Message()
    named["Content-Disposition"] = answer.headers.get("Content-Disposition", "")
    name = named.get_filename()
    if answer.status_code != 200 or not name:
        said = " ".join(str(message) for message in cast(Iterable[object], request._messages))  # type: ignore[attr-defined]
        _let_go(answer)
        raise Refused(said or "This page answers no such file.", code="no_file")
    chunks = iter(answer)
    return AskedFile(name, answer.headers["Content-Type"].split(";")[0], chunks, lambda: _let_go(answer))


@dataclass(frozen=True)
class KnownAddress:
    """What a view keeps: the page's path and title, and its query as far as the page knows it."""

    path: str
    query: str
    title: str


def address_answer(query: str, title: str) -> HttpResponse:
    """How a page that has views answers to `part=address`: its query, cleaned, and what it is called."""
    return HttpResponse(query, content_type="text/plain", headers={TITLE: title})


def require_may_ask(user: User, company: Company, address: str) -> None:
    """Raise Refused where the door of an address would not let this person in now."""
    match = _door(address)
    if not user.has_perm(match.func.door) or company not in companies_for(user):  # type: ignore[attr-defined]
        raise Refused(MAY_NOT, code="may_not_see")
    if getattr(match.func, "every_company", False) and not works_for_all(user):
        raise Refused(MAY_NOT, code="may_not_see")


def known_address(user: User, company: Company, address: str) -> KnownAddress:
    """A page's address, less what the page does not know.

    Raises Refused for what is no page of theirs, or one that has no views.
    """
    path, _, query = address.partition("?")
    params = QueryDict(query, mutable=True)
    params["part"] = ADDRESS
    _, answer = _asked(user, company, f"{path}?{params.urlencode()}", lambda count: None)
    if TITLE not in answer.headers:
        raise Refused("Views are kept of lists and reports alone.", code="no_views_here")
    known = b"".join(cast(Iterable[bytes], answer)).decode()
    if not known.startswith("?") or len(known) > LONGEST_ADDRESS:
        raise Refused("This address is too long to be kept.", code="address_too_long")
    return KnownAddress(path, "" if known == "?" else known, answer.headers[TITLE])


def _asked(
    user: User, company: Company, address: str, told: Callable[[int], None]
) -> tuple[OfficeRequest, HttpResponseBase]:
    """The page's answer to somebody as they stand in the database now."""
    person = User.objects.filter(may_come_in(), pk=user.pk).first()
    companies = list(companies_for(person).order_by("id")) if person else []
    if not person or company not in companies:
        raise Refused("This person does not work here any more.", code="not_a_colleague")
    match = _door(address)
    request = _request(person, address, match)
    request.company = next(each for each in companies if each == company)
    request.companies, request.background = companies, Background(told)
    try:
        with coming_from(f"for {person.pk}: {address}"):
            return request, match.func(request, *match.args, **match.kwargs)
    except (PermissionDenied, Http404):
        raise Refused(MAY_NOT, code="may_not_see") from None


def _let_go(answer: HttpResponseBase) -> None:
    """Close what an answer holds open. Its own `close` says that the worker's request has come to its end as well,
    and with that the connection to the database."""
    for close in answer._resource_closers:  # type: ignore[attr-defined]
        close()


def _door(address: str) -> ResolverMatch:
    """The page behind an address. Raises Refused for one that is no page of staff's."""
    try:
        parts = urlsplit(address)
        match = None if parts.scheme or parts.netloc else resolve(parts.path)
    except (ValueError, Resolver404):
        match = None
    if match is None or getattr(match.func, "door", "open") == "open":
        raise Refused("There is no such page.", code="no_such_page")
    return match


def _request(person: User, address: str, match: ResolverMatch) -> OfficeRequest:
    """A GET of the address, as the middleware would have prepared it."""
    path, _, query = address.partition("?")
    request = OfficeRequest()
    request.method, request.path, request.path_info = "GET", path, path
    site = urlsplit(settings.SITE_URL)
    request.META = {
        "QUERY_STRING": query,
        "SERVER_NAME": site.hostname or "localhost",
        "SERVER_PORT": str(site.port or 443),
    }
    request.GET = QueryDict(query)
    request.resolver_match = match
    request.user = person
    request.session = import_module(settings.SESSION_ENGINE).SessionStore()
    request._messages = Unsaid(request)  # type: ignore[attr-defined]
    request.htmx = HtmxDetails(request)
    return request
