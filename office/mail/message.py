"""From a letter to the bytes that leave, and back for whoever reads a kept one."""

from dataclasses import dataclass
from email import message_from_bytes
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr

from django.conf import settings
from django.utils import timezone
from django.utils.encoding import punycode

from office.mail.kinds import Attachment, Letter
from office.mail.naming import named_for
from office.models import OutgoingMail


def message_bytes(mail: OutgoingMail, letter: Letter) -> bytes:
    """The whole mail. Its Message-ID comes from the row, so a mail taken twice is seen as one."""
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(one_line(mail.company.legal_name), addr_spec=sender_address())
    message["Reply-To"] = Address(one_line(mail.company.legal_name), addr_spec=ascii_address(mail.company.email))
    message["To"] = Address(one_line(letter.to_name), addr_spec=ascii_address(letter.to_email))
    message["Subject"] = one_line(letter.subject)
    message["Date"] = format_datetime(timezone.now())
    message["Message-ID"] = mail.message_id
    for name, value in named_for(settings.MAIL_SERVICE, mail.envelope_id).items():
        message[name] = value
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    if letter.html:
        message.add_alternative(letter.html, subtype="html")
    for attachment in letter.attachments:
        maintype, subtype = attachment.content_type.split("/")
        message.add_attachment(attachment.content, maintype=maintype, subtype=subtype, filename=attachment.name)
    return _stop_headers(letter) + message.as_bytes()


def _stop_headers(letter: Letter) -> bytes:
    """How a mail program stops such mails at once (RFC 8058). An address is not folded, as other headers are."""
    if not letter.stop_url:
        return b""
    post = "List-Unsubscribe-Post: List-Unsubscribe=One-Click"
    return f"List-Unsubscribe: <{letter.stop_url}>\r\n{post}\r\n".encode()


def sender_address() -> str:
    """The bare address that mails come from."""
    return ascii_address(parseaddr(settings.DEFAULT_FROM_EMAIL)[1])


def ascii_address(address: str) -> str:
    """The address as relays take it: a domain with other letters in its ASCII form."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{punycode(domain)}"


def one_line(text: str) -> str:
    """Typed text fit for a header: no line breaks, so nobody adds a header of their own."""
    return " ".join(text.split())


@dataclass(frozen=True)
class KeptMessage:
    """A kept mail as a mailbox shows it."""

    sender: str
    to: str
    subject: str
    text: str
    attachments: list[Attachment]


def read_message(content: bytes) -> KeptMessage:
    """Open a mail that was kept because no relay is set up."""
    message = message_from_bytes(content, policy=SMTP)
    body = message.get_body(("plain",))
    return KeptMessage(
        sender=str(message["From"]),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        text=body.get_content() if body else "",
        attachments=[
            Attachment(part.get_filename() or "", part.get_content_type(), part.get_content())
            for part in message.iter_attachments()
        ],
    )
