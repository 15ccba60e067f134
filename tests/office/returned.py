"""Mail as mail servers send it back."""

from office.models import OutgoingMail

REPORT = b"""\
Return-Path: <>
From: MAILER-DAEMON@mx.relay.example (Mail Delivery System)
To: billing@duebook.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="PART"
Message-Id: <20260302083000.1@mx.relay.example>

This is a MIME-encapsulated message.

--PART
Content-Type: text/plain; charset=us-ascii

I could not deliver your message.

--PART
Content-Description: Delivery report
Content-Type: message/delivery-status

%(about)s

Final-Recipient: rfc822; %(to)s
Original-Recipient: rfc822;%(to)s
Action: %(action)s
Status: %(status)s
Remote-MTA: dns; mx.bramble.example
Diagnostic-Code: %(said)s

--PART
%(returned)s

--PART--
"""

HEADERS = b"""\
Content-Type: text/rfc822-headers

From: Alder Ltd <billing@duebook.example>
To: %(to)s
Message-ID: %(id)s
Subject: Invoice 1"""

WHOLE = HEADERS.replace(b"text/rfc822-headers", b"message/rfc822") + b"\n\nDear Eva,\n"
ALONE = b"Content-Type: text/plain\n\nNothing else."


def report_of(
    mail: OutgoingMail,
    *,
    action: str = "failed",
    status: str = "5.1.1",
    said: str = "smtp; 550 5.1.1 <eva@bramble.example>: User unknown",
    to: str = "eva@bramble.example",
    about: str = "Reporting-MTA: dns; mx.relay.example",
    returned: bytes = HEADERS,
) -> bytes:
    """A delivery report of a mail of ours."""
    words = {"to": to, "action": action, "status": status, "said": said, "about": about, "id": mail.message_id}
    values = {name.encode(): word.encode() for name, word in words.items()}
    return REPORT % (values | {b"returned": returned % values})
