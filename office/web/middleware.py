"""What every request brings along: the company being worked in, and where the person comes from."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from office.access import companies_for
from office.audit import coming_from
from office.models import Company


class CurrentCompany:
    """Gives each request its `company` (chosen in the session, else the person's first) and the audit its origin."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.company = SimpleLazyObject(lambda: chosen_company(request))  # type: ignore[attr-defined]
        door = "api" if request.path.startswith("/api/") else "web"
        with coming_from(f"{door} {request.META.get('REMOTE_ADDR', '')}"):
            return self.get_response(request)


def chosen_company(request: HttpRequest) -> Company | None:
    """The company the person works in now; None when they work for none."""
    if not request.user.is_authenticated:
        return None
    companies = companies_for(request.user).order_by("id")
    chosen = companies.filter(pk=request.session.get("company_id", 0)).first()
    return chosen or companies.first()
