"""The customer's own details, asked to be changed from the page of their account."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from billing.models import OpeningKind
from billing.operations.note_opening import require_not_too_often
from credit_control.models import AccountLink
from credit_control.web.account_door import held, note_visit
from customers.web.asking import Reader, details_page
from customers.web.choosing import choices_page
from office.languages import as_written_in
from office.web.customer_door import customer_door


@require_http_methods(["GET", "HEAD", "POST"])
@customer_door
def details(request: HttpRequest, ref: str) -> HttpResponse:
    """What we have of the customer, and asking for a change."""
    return details_page(request, reader_of(request, held(request, ref)))


@require_http_methods(["GET", "HEAD", "POST"])
@customer_door
def choices(request: HttpRequest, ref: str) -> HttpResponse:
    """What the customer chooses without asking anybody."""
    return choices_page(request, reader_of(request, held(request, ref)))


def reader_of(request: HttpRequest, link: AccountLink) -> Reader:
    """Whoever holds an account's link."""

    def touch() -> None:
        note_visit(request, link, OpeningKind.SEEN)
        require_not_too_often(link.openings)

    back, logo = (reverse(f"account:{name}", args=[link.ref]) for name in ("page", "logo"))
    language = as_written_in(link.customer.language, link.customer.company.country)
    return Reader(link.contact, language, back, logo, touch)
