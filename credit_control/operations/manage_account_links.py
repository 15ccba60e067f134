from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from billing.links import SHOWN_FOR
from credit_control.account.link_words import KIND
from credit_control.models import AccountLink
from customers.readers import why_not_to
from ledger.refusals import Refused
from office.audit import record
from office.languages import as_written_in
from office.mail import queue_mail
from office.models import OutgoingMail, User


@transaction.atomic
def revoke_account_link(link_id: int, *, by: User | None) -> AccountLink:
    """Stop a link to an account at once. Raises Refused where it has stopped already."""
    link = _locked(link_id)
    if link.revoked_at:
        raise Refused("This link has stopped already.", code="already_revoked")
    link.revoked_at = timezone.now()
    link.save(update_fields=["revoked_at"])
    record(by, "revoke_account_link", link.customer, before={"contact": link.contact}, after={"contact": ""})
    return link


@transaction.atomic
def renew_account_link(link_id: int, *, by: User | None) -> OutgoingMail:
    """Stop a link to an account and mail its contact a new one. Raises Refused where nobody can write to them."""
    link = revoke_account_link(link_id, by=by)
    record(by, "renew_account_link", link.customer, after={"contact": link.contact})
    return _queued(link)


@transaction.atomic
def mail_new_account_link(link_id: int) -> OutgoingMail:
    """Mail the contact of a link that ran out a new one, as they asked; within a quarter of an hour it is one mail.

    Raises Refused for a link that was revoked or still opens, and where nobody can write to the contact.
    """
    link = _locked(link_id)
    if link.revoked_at or not link.has_run_out:
        raise Refused("Only a link that ran out is renewed in this way.", code="link_not_run_out")
    if mail := new_account_link_mail(link):
        return mail
    record(None, "mail_new_account_link", link.customer, after={"contact": link.contact})
    return _queued(link)


def new_account_link_mail(link: AccountLink) -> OutgoingMail | None:
    """The mail of the last minutes that brings a new link instead of this one, if there is one."""
    return _mails(link).filter(queued_at__gt=timezone.now() - SHOWN_FOR).first()


def _mails(link: AccountLink) -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.filter(kind=KIND, about_type="credit_control.accountlink", about_id=link.pk)


def _locked(link_id: int) -> AccountLink:
    links = AccountLink.objects.select_for_update(no_key=True, of=("self",))
    return links.select_related("contact", "customer__company").get(pk=link_id)


def _queued(link: AccountLink) -> OutgoingMail:
    if reason := why_not_to(link.contact):
        raise Refused(reason, code="contact_unreachable")
    company = link.customer.company
    with override(as_written_in(link.customer.language, company.country)):
        subject = _("Your new link from %(name)s") % {"name": company.legal_name}
    return queue_mail(
        key=f"{KIND}:{link.pk}:{_mails(link).count()}",
        kind=KIND,
        company=company,
        customer_id=link.customer_id,
        contact_id=link.contact_id,
        about=link,
        to_email=link.contact.email,
        subject=subject,
    )
