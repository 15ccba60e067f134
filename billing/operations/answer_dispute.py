from django.db import transaction

from billing.dispute_mail import queue_dispute_mails
from billing.dispute_text import ANSWERED
from billing.models import Dispute, DisputeMessage, MessageKind
from customers.models import Contact
from ledger.refusals import Refused
from office.audit import record
from office.card_numbers import without_card_numbers
from office.models import User

MOST_WORDS = 4000
MOST_BY_CUSTOMER = 50
"""Messages that a customer may write about one dispute; who has more to say is best called."""


@transaction.atomic
def answer_dispute(dispute_id: int, words: str, *, by: User | None) -> DisputeMessage:
    """Write to the customer about a dispute: it stands on the page behind their link, and goes out by mail.

    Raises Refused for no words or too many, and where nobody at the customer can be reached by mail.
    """
    message = _written(dispute_id, words, MessageKind.TO_CUSTOMER, by=by)
    if not queue_dispute_mails(message.dispute, ANSWERED, message):
        raise Refused("Nobody at this customer has an address for mail. Add a contact first.", code="nobody_to_send_to")
    return message


@transaction.atomic
def reply_to_dispute(dispute_id: int, words: str, *, contact: Contact) -> DisputeMessage:
    """Keep what a customer writes about a dispute, on the page behind their link.

    Raises Refused for no words or too many, once it is closed, and when they have written very often already.
    """
    message = _written(dispute_id, words, MessageKind.FROM_CUSTOMER, contact=contact)
    if not message.dispute.is_open:
        raise Refused("This is closed. Please answer the mail about it, or call us.", code="invalid_move")
    said = DisputeMessage.objects.filter(dispute=dispute_id, kind=MessageKind.FROM_CUSTOMER)
    if said.count() > MOST_BY_CUSTOMER:
        raise Refused("That is more than this page takes. Please answer the mail, or call us.", code="too_many")
    return message


def _written(
    dispute_id: int, words: str, kind: MessageKind, *, by: User | None = None, contact: Contact | None = None
) -> DisputeMessage:
    rows = Dispute.objects.select_for_update(no_key=True, of=("self",)).select_related("customer__company", "invoice")
    dispute, words = rows.get(pk=dispute_id), said(words)
    message = DisputeMessage.objects.create(dispute=dispute, kind=kind, words=words, by=by, contact=contact)
    after = {"words": words[:300]} | ({"contact": contact} if contact else {})
    record(by, ACTIONS[kind], dispute, after=after)
    return message


ACTIONS = {
    MessageKind.TO_CUSTOMER: "answer_dispute",
    MessageKind.FROM_CUSTOMER: "reply_to_dispute",
}


def said(words: str) -> str:
    """What somebody wrote, trimmed. Raises Refused for nothing, and for more than can be kept."""
    words = without_card_numbers(words.replace("\0", "").replace("\r\n", "\n").strip())
    if not words:
        raise Refused("Write something first.", code="nothing_said")
    if len(words) > MOST_WORDS:
        raise Refused(f"Say it in {MOST_WORDS} signs or fewer.", code="too_long")
    return words
