"""What a customer chooses for themselves from the page of a document; what we know of them needs the account's code."""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from billing.customer_acts import CustomerAct, CustomerActs
from billing.customer_view import CustomerView
from billing.models import DocumentLink, OpeningKind
from billing.operations.note_opening import note_opening, require_not_too_often
from billing.printed import language_of
from billing.web.portal import held_link
from customers.web.asking import Reader
from customers.web.choosing import choices_page
from office.web.address import address_of
from office.web.customer_door import customer_door


@require_http_methods(["GET", "HEAD", "POST"])
@customer_door
def choices(request: HttpRequest, ref: str) -> HttpResponse:
    """What the customer chooses without asking anybody."""
    return choices_page(request, reader_of(request, held_link(request, ref)))


def reader_of(request: HttpRequest, link: DocumentLink) -> Reader:
    """Whoever holds a document's link."""

    def touch() -> None:
        note_opening(link, OpeningKind.SEEN, address_of(request))
        require_not_too_often(link.openings)

    back, logo = (reverse(f"portal:{name}", args=[link.ref]) for name in ("document", "logo"))
    return Reader(link.contact, language_of(link.invoice), back, logo, touch)


def choices_acts(link: DocumentLink, view: CustomerView) -> CustomerActs:
    """The way to one's own choices."""
    choices = reverse("portal:choices", args=[link.ref])
    return CustomerActs([CustomerAct(_("Language, e-invoices and reminders"), "settings", choices)])
