"""Erasing a person (Art. 17 GDPR): what no law keeps goes at once, and what one keeps is said, with until when."""

from typing import Any

from django.db import transaction
from django.utils import timezone

from customers.models import Customer, PrivacyRequest, PrivacyStatus, PrivacyWish
from customers.operations.details import write_what_finds
from customers.operations.note_privacy_request import open_request
from customers.operations.parents import locked
from customers.privacy import subject_of, why_not_yet
from ledger.refusals import Refused
from office.audit import record
from office.models import OutgoingMail, User
from office.privacy.holdings import Holding, holdings
from office.privacy.registry import Subject


@transaction.atomic
def erase_person(request_id: int, *, by: User | None) -> PrivacyRequest:
    """Do what a request of erasure asks; nothing brings it back.

    No sum, no number and no byte of what was issued changes. Raises Refused where the request is closed or asks for
    something else, and where something has to be settled first.
    """
    request = open_request(request_id, PrivacyWish.ERASURE)
    locked([request.customer_id])
    subject = subject_of(request.person)
    hold_mails(subject)
    if waits := why_not_yet(request):
        raise Refused(" ".join(waits), code="settle_first")
    request.gone, request.stays = erase(subject, request.customer_id)
    request.note, request.status = "", PrivacyStatus.DONE
    request.closed_by, request.closed_at = by, timezone.now()
    request.save()
    request.refresh_from_db()
    counts = {each["what"]: each["count"] for each in request.gone}
    reason = f"Asked on {request.asked_on} (Art. 17 GDPR)"
    record(by, "erase_person", request.customer, after={"person": request.person, **counts}, reason=reason)
    return request


def hold_mails(subject: Subject) -> None:
    """Let no mail to the person begin to leave before the transaction ends."""
    mails = OutgoingMail.objects.filter(contact_id__in=subject.contact_ids).order_by("pk")
    list(mails.select_for_update(no_key=True).values_list("pk"))


def erase(subject: Subject, customer_id: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Make a person of a held customer nobody; what went, and what stays, in words."""
    found = holdings(subject)
    for holding in found:
        if holding.held.erase:
            holding.held.erase(holding.held.rows_of(subject), subject)
    for each in Customer.objects.filter(pk__in={customer_id, *subject.customer_ids}):
        each.version += 1
        each.save(update_fields=[*write_what_finds(each), "version"])
    return [in_words(each) for each in found if each.goes], [in_words(each) for each in found if not each.goes]


def in_words(holding: Holding) -> dict[str, Any]:
    """A kind of what is held, as a request keeps it: nothing of the person."""
    words: dict[str, Any] = {"what": holding.held.what, "count": holding.count}
    if holding.goes:
        return words | {"how": holding.held.becomes}
    return words | {"until": str(holding.until), "why": holding.held.why, "law": holding.law}
