"""The customer's page behind a mailed link: no log-in. A visit changes nothing but the list of openings."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.http import require_POST, require_safe

from billing.customer_acts import acts_on
from billing.customer_view import CustomerView, customer_view
from billing.links import SHOWN_FOR, hash_of, standing_links
from billing.models import DocumentLink, DocumentStatus, OpeningKind
from billing.operations.note_opening import note_opening
from billing.payment_codes.epc import epc_code
from billing.payment_codes.slip import slip_account, swiss_picture
from billing.pdf import kept_pdf
from billing.portal_downloads import downloads_of
from billing.printed import language_of
from billing.sections import sections_of
from billing.ways_to_pay import notes_on_paying, ways_to_pay
from billing.web.attachments import file_response
from billing.web.document import xml_response
from ledger.money import round_money
from office.papers import PdfUnavailable
from office.web.address import address_of
from office.web.customer_door import FirstTo, LinkCookie, NoSuchLink, came_to, customer_door, is_visit

COOKIE = LinkCookie("duebook_link", salt="billing.web.portal")
MOST_LINES = 100


@require_safe
@customer_door
def enter(request: HttpRequest, token: str) -> HttpResponse:
    """Swap the token for a cookie that only the page itself gets, so it stays out of history and referrers."""
    link = standing_links().filter(token_hash=hash_of(token)).first()
    if link is None:
        raise NoSuchLink
    return entered(link)


def entered(link: DocumentLink) -> HttpResponse:
    """The way to the page, with the cookie that opens it; of a link that ran out, one that is told so for a while."""
    until = max(link.expires_at, timezone.now() + SHOWN_FOR)
    return COOKIE.entered(reverse("portal:document", args=[link.ref]), link.ref, until)


@require_safe
@customer_door
def document(request: HttpRequest, ref: str) -> HttpResponse:
    """The document: what is due and how to pay, its lines, and what was paid."""
    link = opened_link(request, ref, OpeningKind.OPENED)
    view = customer_view(link.invoice)
    lines = list(link.invoice.lines.all()[: MOST_LINES + 1])
    context = {
        "link": link,
        "view": view,
        "invoice": view.invoice,
        "company": view.invoice.company,
        "ways": ways_to_pay(link, view),
        "amount_to_copy": round_money(view.pay_now, view.invoice.currency),
        "accounts": payable_accounts(view) if view.is_payable else [],
        "sections": sections_of(lines[:MOST_LINES]),
        "has_more_lines": len(lines) > MOST_LINES,
        "taxes": view.invoice.taxes.all(),
        "disputes": view.invoice.disputes.order_by("-pk"),
        "may_object": view.invoice.open > view.disputed and not view.invoice.is_credit_memo,
        "files": view.invoice.attachments.filter(goes_along=True).defer("content"),
    }
    with override(language_of(view.invoice)):
        context |= {"acts": acts_on(link, view), "downloads": downloads_of(link, view), "notes": notes_on_paying(view)}
        response = render(request, "portal/document.html", context)
    if context["ways"]:  # a form that tells nobody where it stands is refused as forged; others are still told nothing
        response["Referrer-Policy"] = "same-origin"
    return response


@require_safe
@customer_door
def file(request: HttpRequest, ref: str, attachment_id: int) -> HttpResponse:
    """A file that goes along with the document."""
    link = held_link(request, ref)
    attachment = link.invoice.attachments.filter(pk=attachment_id, goes_along=True).first()
    if attachment is None:
        raise NoSuchLink
    opened_link(request, ref, OpeningKind.DOWNLOADED)
    return file_response(attachment)


@require_safe
@customer_door
def pdf(request: HttpRequest, ref: str) -> HttpResponse:
    """The document's kept file, the same for everybody."""
    link = opened_link(request, ref, OpeningKind.DOWNLOADED)
    try:
        content = b"" if request.method == "HEAD" else bytes(kept_pdf(link.invoice).content)
    except PdfUnavailable:
        with override(language_of(link.invoice)):
            return render(request, "portal/no_pdf.html", {"link": link, "company": link.invoice.company}, status=503)
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={"Content-Disposition": f'attachment; filename="{file_name(link)}"'},
    )


@require_safe
@customer_door
def xml(request: HttpRequest, ref: str) -> HttpResponse:
    """The document's e-invoice, the same for everybody."""
    link = held_link(request, ref)
    if not link.invoice.einvoice_format:
        raise NoSuchLink
    opened_link(request, ref, OpeningKind.DOWNLOADED)
    return xml_response(link.invoice)


@require_safe
@customer_door
def logo(request: HttpRequest, ref: str) -> HttpResponse:
    """The sender's logo."""
    company = held_link(request, ref).invoice.company
    if not company.logo:
        raise NoSuchLink
    return HttpResponse(bytes(company.logo), content_type=company.logo_type)


@require_POST
@customer_door
def seen(request: HttpRequest, ref: str) -> HttpResponse:
    """A person touched the page, which no mail scanner does."""
    note_opening(held_link(request, ref), OpeningKind.SEEN, address_of(request))
    return HttpResponse(status=204)


def opened_link(request: HttpRequest, ref: str, kind: OpeningKind) -> DocumentLink:
    """The link whose token this reader has shown; the visit is written down where it is one."""
    link = held_link(request, ref)
    if is_visit(request):
        note_opening(link, kind, address_of(request))
    return link


def held_link(request: HttpRequest, ref: str) -> DocumentLink:
    """The live link of this page, for a reader who holds its cookie; else NoSuchLink, or where it ran out FirstTo."""
    link = standing_link(request, ref)
    if link.has_run_out:
        raise FirstTo(reverse("portal:renew", args=[ref]))
    came_to(request, lambda: link.invoice.company)
    return link


def acting_link(request: HttpRequest, ref: str) -> DocumentLink:
    """The same, for a page on which the customer does something about the document: of a void one FirstTo its page,
    which says that it is void."""
    link = held_link(request, ref)
    if link.invoice.status == DocumentStatus.VOID:
        raise FirstTo(reverse("portal:document", args=[ref]))
    return link


def standing_link(request: HttpRequest, ref: str) -> DocumentLink:
    """The same, also where it ran out: of the document it tells nothing any more."""
    link = standing_links().filter(ref=ref).first() if COOKIE.opens(request, ref) else None
    if link is None:
        raise NoSuchLink
    return link


def payable_accounts(view: CustomerView) -> list[dict[str, str]]:
    """Where to pay to, each with the code that fills in the transfer."""
    invoice = view.invoice
    slip = invoice.printed.get("swiss_slip", "")
    return [
        {
            **account,
            "code": swiss_picture(slip, view.pay_now)
            if slip_account(slip) == account["bare_iban"]
            else epc_code(
                holder=account["holder"],
                iban=account["bare_iban"],
                amount=view.pay_now,
                currency=invoice.currency,
                reference=invoice.payment_reference,
            ),
        }
        for account in view.bank_accounts
    ]


def file_name(link: DocumentLink) -> str:
    """The document's number, as a name that every system takes."""
    return "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in link.invoice.number) + ".pdf"
