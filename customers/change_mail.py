"""The mail to an old address when a contact asks that we write to a new one: the link might be in other hands."""

from django.utils.translation import get_language, override

from customers.access import change_requests_for
from customers.change_words import KIND, values_of
from customers.models import ChangeRequest
from office.languages import as_written_in
from office.mail import Letter, MailKind, MailToQueue, queue_mails
from office.mail.texts import Words, words_for
from office.models import OutgoingMail


def tell_old_address(request: ChangeRequest) -> None:
    """Queue the mail; it goes to where the contact was written to when they asked, whatever is decided."""
    queue_mails(
        [
            MailToQueue(
                key=f"{KIND}:{request.pk}",
                kind=KIND,
                company=request.company,
                customer_id=request.customer_id,
                contact_id=request.contact_id,
                about=request,
                to_email=request.before["email"],
                subject=_words(request).subject,
            )
        ]
    )


def compose(mail: OutgoingMail) -> Letter:
    """The mail to the old address."""
    request = ChangeRequest.objects.select_related("company", "customer", "contact").get(pk=mail.about_id)
    words = _words(request)
    return Letter(request.contact.name, request.before["email"], words.subject, words.text, words.html)


def _words(request: ChangeRequest) -> Words:
    with override(as_written_in(request.customer.language, request.company.country)):
        return words_for(KIND, "", get_language(), request.company, values_of(request))


ADDRESS_MAIL = MailKind(KIND, compose, lambda mail: "", change_requests_for)
