from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from credit_control.account.code_words import KIND
from credit_control.account.codes import LIFETIME, MOST_AN_HOUR, last_number, live_code
from credit_control.models import AccountCode, AccountLink
from customers.readers import why_not_to
from ledger.refusals import Refused
from office.audit import record
from office.languages import as_written_in
from office.mail import queue_mail


@transaction.atomic
def ask_account_code(link_id: int, *, after: int) -> AccountCode:
    """Mail a link's contact a code that opens the account; an older one ends. `after` is how many the reader knew of.

    Asked again by the same form, it is the same code. Refused: no address on file, too many within an hour.
    """
    links = AccountLink.objects.select_for_update(no_key=True, of=("self",))
    link = links.select_related("contact", "customer__company").get(pk=link_id)
    known, live = last_number(link), live_code(link)
    if live and after < known:
        return live
    if reason := why_not_to(link.contact):
        raise Refused(reason, code="no_address")
    now = timezone.now()
    if link.codes.filter(asked_at__gt=now - timedelta(hours=1)).count() >= MOST_AN_HOUR:
        raise Refused(f"{MOST_AN_HOUR} codes were asked for within an hour.", code="too_many_codes")

    link.codes.filter(ended_at=None).update(ended_at=now)
    code = AccountCode.objects.create(link=link, number=known + 1, expires_at=now + LIFETIME)
    _queue(code)
    record(None, "ask_account_code", link.customer, after={"contact": link.contact})
    return code


def _queue(code: AccountCode) -> None:
    contact, customer = code.link.contact, code.link.customer
    with override(as_written_in(customer.language, customer.company.country)):
        subject = _("Your code from %(name)s") % {"name": customer.company.legal_name}
    queue_mail(
        key=f"{KIND}:{code.pk}",
        kind=KIND,
        company=customer.company,
        customer_id=customer.pk,
        contact_id=contact.pk,
        about=code,
        to_email=contact.email,
        subject=subject,
    )
