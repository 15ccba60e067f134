"""Outgoing mail. An operation writes a row in its own transaction; a worker composes the mail and sends it, once.

queued -> sending -> handed_over -> sent, besides failed, uncertain, bounced and cancelled. Each arrow is one
conditional UPDATE that commits by itself, so any number of workers may run, and any of them may die at any step.
"""

from office.mail.kinds import Attachment, Letter, MailKind, NotReady, NotToBeSent, register_kind
from office.mail.queueing import MailToQueue, queue_mail, queue_mails

__all__ = [
    "Attachment",
    "Letter",
    "MailKind",
    "MailToQueue",
    "NotReady",
    "NotToBeSent",
    "queue_mail",
    "queue_mails",
    "register_kind",
]
