"""Reading mail that came back: what a mail server reports of a mail of ours, as RFC 3464 has it.

It comes from strangers, so only its beginning is read, by the plain parser, and whatever it is ends as a Report or
as Refused.
"""

import logging
import re
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message

from ledger.refusals import Refused
from office.mail_codes import code_in, says_something

logger = logging.getLogger(__name__)

LARGEST = 16 * 1024 * 1024
HEAD = 256 * 1024
"""What is read: a report stands before the mail that it brings back."""
LONGEST_TYPE = 2000
CONTENT_TYPE = re.compile(rb"(?i)(?:\A|[\r\n])content-type:((?:[^\r\n]|\r?\n[ \t]|\r[ \t])*)")
OURS = re.compile(r"mail-(\d{1,18})\.\d{20}@duebook")
NAMING_US = ("Original-Envelope-Id", "X-Original-Envelope-Id", "Message-ID", "X-Original-Message-ID")
MACHINES = ("auto_reply", "bulk", "junk", "list")


@dataclass(frozen=True)
class Recipient:
    """What a report says of one address."""

    addresses: frozenset[str]
    action: str
    code: str
    said: str


@dataclass(frozen=True)
class Report:
    """What came back: which mail of ours it may be about, and what became of each recipient; none in an auto-reply."""

    envelope_ids: list[str]
    recipients: list[Recipient]

    def of(self, address: str) -> list[Recipient]:
        """What it says of an address; where it does not name it, what it says at all, as mail is forwarded."""
        return [each for each in self.recipients if address.lower() in each.addresses] or self.recipients


def read_report(content: bytes) -> Report:
    """What a returned mail says. Raises Refused where it is too large, broken, or no report."""
    if len(content) > LARGEST:
        raise Refused(f"This mail is larger than {LARGEST // 1024**2} MB: no report is.", code="too_large")
    try:
        return _report(_parsed(content[:HEAD]))
    except Refused:
        raise
    except (Exception, RecursionError) as error:
        logger.warning("A returned mail could not be read.", exc_info=True)
        raise _broken("its parts cannot be told apart") from error


def _parsed(head: bytes) -> Message:
    if any(len(value) > LONGEST_TYPE for value in CONTENT_TYPE.findall(head)):
        raise _broken("it names a kind of content at endless length")
    message = message_from_bytes(head)
    if not message.keys():
        raise _broken("it has no headers")
    return message


def _report(message: Message) -> Report:
    parts = [part for part in message.get_payload() if isinstance(part, Message)] if message.is_multipart() else []
    for part in parts:
        if part.get_content_type() == "message/delivery-status":
            return _delivery_report(part, parts, message)
    if _is_by_a_machine(message):
        return Report([], [])
    raise Refused(
        f"This is no delivery report but a mail of kind {message.get_content_type()[:60]}. Nothing was noted.",
        code="no_report",
    )


def _delivery_report(status: Message, parts: list[Message], message: Message) -> Report:
    about, *blocks = [block for block in status.get_payload() if isinstance(block, Message)]
    sources = [about, *_returned_headers(parts), *_answered(message)]
    named = [OURS.search(str(source.get(name, ""))) for source in sources for name in NAMING_US]
    recipients = [_recipient(block) for block in blocks if block.get("Action")]
    if not recipients:
        raise _broken("its report names no recipient with an action")
    return Report([found.group() for found in named if found], recipients)


def _returned_headers(parts: list[Message]) -> list[Message]:
    """The headers of the mail that it brings back, whole or alone."""
    whole = [part.get_payload(0) for part in parts if part.get_content_type() == "message/rfc822"]
    alone = [part for part in parts if part.get_content_type() in ("text/rfc822-headers", "message/rfc822-headers")]
    returned = [message for message in whole if isinstance(message, Message)]
    return [*returned, *(message_from_string(str(part.get_payload())) for part in alone)]


def _answered(message: Message) -> list[Message]:
    """The mail that the report says it answers, as if it were there."""
    answered = Message()
    answered["Message-ID"] = " ".join(f"{message.get('In-Reply-To', '')} {message.get('References', '')}".split())
    return [answered]


def _recipient(block: Message) -> Recipient:
    said = _after_kind(block.get("Diagnostic-Code", ""))
    code = code_in(str(block.get("Status", "")))
    addresses = [_after_kind(block.get(name, "")).strip("<>") for name in ("Original-Recipient", "Final-Recipient")]
    return Recipient(
        frozenset(address.lower() for address in addresses if address),
        str(block["Action"]).split()[0].lower(),
        code if says_something(code) else code_in(said) or code,
        said,
    )


def _after_kind(value: object) -> str:
    """The value of a field that says its kind first: `rfc822; ada@buyer.example`."""
    kind, _, rest = str(value).partition(";")
    return " ".join((rest or kind).replace("\0", "").split())


def _is_by_a_machine(message: Message) -> bool:
    """Whether somebody's machine answered, or confirms that it was read."""
    answered = str(message.get("Auto-Submitted", "no")).split(";")[0].strip().lower()
    is_marked = any(name in message for name in ("X-Autoreply", "X-Autorespond", "X-Auto-Response-Suppress"))
    is_read = message.get_param("report-type") == "disposition-notification"
    return answered != "no" or is_marked or is_read or str(message.get("Precedence", "")).lower() in MACHINES


def _broken(why: str) -> Refused:
    return Refused(f"This returned mail is broken: {why}. Nothing was noted.", code="broken_mail")
