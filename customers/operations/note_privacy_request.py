from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone

from customers.models import Contact, Customer, PrivacyRequest, PrivacyStatus, PrivacyWish
from customers.privacy import is_erased
from ledger.calendar import add_months
from ledger.refusals import Refused
from office.audit import record
from office.models import User
from office.reasons import required_reason

MONTHS = 1
"""Art. 12 (3) GDPR."""


@transaction.atomic
def note_privacy_request(
    person: Contact | Customer, wish: str, *, asked_on: date, note: str, by: User | None
) -> PrivacyRequest:
    """Note that somebody asks for their data, or to be erased; it is due a month later.

    Raises Refused for a day to come, for who was erased before, and where the same is asked already.
    """
    customer = person.customer if isinstance(person, Contact) else person
    if wish not in PrivacyWish.values:
        raise Refused("Say whether they want their data, or to be erased.", code="unknown_wish")
    if asked_on > customer.company.today():
        raise Refused("They cannot have asked on a day to come.", code="day_to_come")
    if is_erased(person):
        raise Refused(f"{person} was erased already.", code="erased_already")
    request = PrivacyRequest(
        company=customer.company,
        customer=customer,
        contact=person if isinstance(person, Contact) else None,
        wish=wish,
        asked_on=asked_on,
        due_on=add_months(asked_on, MONTHS),
        note=required_reason(note, "Say how they asked, such as by mail or on the telephone."),
        noted_by=by,
    )
    try:
        with transaction.atomic():
            request.save()
    except IntegrityError as error:
        if "privacy_asked_once_at_a_time" not in str(error):
            raise
        raise Refused("They asked for that before, and it is open still.", code="asked_already") from error
    record(by, "note_privacy_request", request, after={"wish": request.get_wish_display(), "due_on": request.due_on})
    return request


@transaction.atomic
def answer_privacy_request(request_id: int, *, by: User | None) -> PrivacyRequest:
    """Note that somebody was handed their data. Raises Refused for a request of another kind, or that is closed."""
    request = open_request(request_id, PrivacyWish.ACCESS)
    _close(request, PrivacyStatus.DONE, by)
    request.save()
    record(by, "answer_privacy_request", request)
    return request


@transaction.atomic
def decline_privacy_request(request_id: int, *, reason: str, by: User | None) -> PrivacyRequest:
    """Do not do what was asked. Raises Refused without a reason, and for a request that is closed."""
    request = open_request(request_id)
    request.answer = required_reason(reason, "Say why not: they have to be told (Art. 12 (4) GDPR).")
    _close(request, PrivacyStatus.DECLINED, by)
    request.save()
    record(by, "decline_privacy_request", request, reason=request.answer)
    return request


def open_request(request_id: int, wish: str = "") -> PrivacyRequest:
    """The request, held. Raises Refused where it is closed, or asks for something else."""
    rows = PrivacyRequest.objects.select_for_update(no_key=True, of=("self",))
    request = rows.select_related("company", "customer__company", "contact__customer__company").get(pk=request_id)
    if request.status != PrivacyStatus.OPEN:
        raise Refused("This request is closed already.", code="invalid_move")
    if wish and request.wish != wish:
        raise Refused(f"They asked: {request.get_wish_display().lower()}.", code="another_wish")
    return request


def _close(request: PrivacyRequest, status: PrivacyStatus, by: User | None) -> None:
    request.status, request.closed_by, request.closed_at = status, by, timezone.now()
