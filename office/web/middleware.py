"""What every request brings along (the company worked in, where the person comes from), and who keeps answers."""

from collections.abc import Callable

from django.db.models import Subquery
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from office.access import companies_for
from office.audit import coming_from
from office.models import Company, RestoredCopy
from office.web.address import address_of
from office.web.requests import OfficeRequest


class CurrentCompany:
    """Gives each request the person's `companies`, the `company` worked in, and the audit its origin."""

    def __init__(self, get_response: Callable[[OfficeRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: OfficeRequest) -> HttpResponse:
        request.companies = SimpleLazyObject(lambda: companies_of(request))  # type: ignore[assignment]  # reads as what it holds
        request.company = SimpleLazyObject(lambda: chosen_company(request))  # type: ignore[assignment]  # reads as what it holds
        door = "api" if request.path.startswith("/api/") else "web"
        with coming_from(f"{door} {address_of(request)}"):
            return self.get_response(request)


class KeptByNobody:
    """Asks of browsers and proxies to keep no page and no file without asking again whether it may still be seen."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "private, no-cache")
        return response


def companies_of(request: OfficeRequest) -> list[Company]:
    """The companies the person could work in, in their order; none before log-in.

    With each comes of which moment this office is a copy that is held, as every page says so.
    """
    if not request.user.is_authenticated:
        return []
    held = RestoredCopy.objects.filter(released_at=None).order_by("-pk").values("backed_up_at")[:1]
    return list(companies_for(request.user).annotate(restored_as_of=Subquery(held)).order_by("id"))


def chosen_company(request: OfficeRequest) -> Company | None:
    """The company the person works in now: the one chosen in the session, else their first, if there is any."""
    if not request.companies:
        return None
    chosen = request.session.get("company_id", 0)
    return next((company for company in request.companies if company.pk == chosen), request.companies[0])
