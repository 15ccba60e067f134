"""Mails that left and come back."""

from datetime import date

from billing.models import Invoice
from billing.operations.send_invoice import send_invoice
from office.mail.handing_over import hand_over
from office.models import OutgoingMail
from office.operations.take_returned_mail import Taken, take_returned_mail

DAY = date(2026, 3, 2)


def sent(invoice: Invoice) -> OutgoingMail:
    [mail] = send_invoice(invoice.pk, by=None)
    hand_over(mail.pk)
    mail.refresh_from_db()
    return mail


def take(content: bytes) -> Taken:
    return take_returned_mail(content, among=OutgoingMail.objects.all(), by=None)
