"""The kinds of mail there are. The room that owns a kind registers it when it starts."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import QuerySet

from office.models import OutgoingMail, User


class NotReady(Exception):
    """The mail cannot be composed now; the message says why. It is tried again later."""


class NotToBeSent(Exception):
    """Things have changed since the mail was queued; the message says what."""


@dataclass(frozen=True)
class Attachment:
    """A file that goes along."""

    name: str
    content_type: str
    content: bytes


@dataclass(frozen=True)
class Letter:
    """What one mail says, to whom. The words are plain text; `html` says the same."""

    to_name: str
    to_email: str
    subject: str
    text: str
    html: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    stop_url: str = ""
    """Where who gets it beside others stops such mails at once, by one POST of their mail program (RFC 8058)."""


@dataclass(frozen=True)
class MailKind:
    """What a room knows of its mails.

    `compose` writes the letter just before it leaves, or raises NotReady or NotToBeSent. `reason_not_to_send` is asked
    in the last moment, with the mail's row locked; an empty answer lets it go, NotReady has it composed anew. `seen_by`
    gives the papers that a member of staff sees: the mails about these are theirs to read. `require_may_open` raises
    Refused where its files are not.
    A kind that `waits` leaves in office hours only, and no more of such a day to one customer than the company says.
    """

    name: str
    compose: Callable[[OutgoingMail], Letter]
    reason_not_to_send: Callable[[OutgoingMail], str]
    seen_by: Callable[[User], QuerySet[Any]]
    require_may_open: Callable[[User, OutgoingMail], None] = lambda reader, mail: None
    waits: bool = False


KINDS: dict[str, MailKind] = {}


def register_kind(kind: MailKind) -> None:
    """Make a kind of mail known."""
    KINDS[kind.name] = kind


def waits(kind: str) -> bool:
    """Whether mails of this kind wait for office hours."""
    return kind in KINDS and KINDS[kind].waits
