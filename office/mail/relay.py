"""Handing a mail to the relay, and telling apart what it plainly refused from what we cannot know."""

import re
import smtplib
import ssl
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

import environ

from office.mail_codes import bounce_sentence, code_in, is_of_the_address

SECONDS = 20
"""How long each step before the mail itself may take; all of them together stay under a task's time limit."""
ANSWER_SECONDS = 90
"""How long to wait for what a relay says of a mail that it has, and perhaps looks through (RFC 5321, 4.5.3.2.6)."""


class Outcome(Enum):
    TAKEN = "taken"
    REFUSED_FOR_NOW = "refused_for_now"
    REFUSED = "refused"
    BOUNCED = "bounced"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True)
class Answer:
    """What became of a mail at the relay, its words, and the code of a refused address."""

    outcome: Outcome
    words: str = ""
    code: str = ""


Step = Callable[[], tuple[int, bytes]]


@dataclass(frozen=True)
class Relay:
    """Where mails are handed over, read from EMAIL_URL.

    smtp: speaks plainly, smtp+tls: and smtps: change to TLS by STARTTLS, smtp+ssl: is TLS from the start.
    """

    host: str
    port: int
    user: str
    password: str
    starts_tls: bool
    is_tls: bool

    @classmethod
    def from_url(cls, url: str) -> "Relay":
        config = environ.Env.email_url_config(url)
        starts_tls, is_tls = bool(config.get("EMAIL_USE_TLS")), bool(config.get("EMAIL_USE_SSL"))
        return cls(
            host=config["EMAIL_HOST"] or "localhost",
            port=config["EMAIL_PORT"] or (465 if is_tls else 587 if starts_tls else 25),
            user=config["EMAIL_HOST_USER"] or "",
            password=config["EMAIL_HOST_PASSWORD"] or "",
            starts_tls=starts_tls,
            is_tls=is_tls,
        )


def hand_to_relay(relay: Relay, sender: str, recipient: str, envelope_id: str, content: bytes) -> Answer:
    """Give the relay one mail. Only after the body has begun to leave can its fate be unknown."""
    try:
        connection = connect(relay)
    except (OSError, smtplib.SMTPException) as error:
        return Answer(Outcome.REFUSED_FOR_NOW, f"No connection to the mail relay: {error}")
    try:
        return envelope(connection, sender, recipient, envelope_id) or body(connection, content)
    finally:
        connection.close()


def connect(relay: Relay) -> smtplib.SMTP:
    """A session with the relay, encrypted and logged in where the address says so."""
    if relay.is_tls:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(relay.host, relay.port, timeout=SECONDS, context=_tls())
    else:
        connection = smtplib.SMTP(relay.host, relay.port, timeout=SECONDS)
    try:
        if relay.starts_tls:
            connection.starttls(context=_tls())
        if relay.user:
            connection.login(relay.user, relay.password)
        connection.ehlo_or_helo_if_needed()
    except (OSError, smtplib.SMTPException):
        connection.close()
        raise
    return connection


def _tls() -> ssl.SSLContext:
    """Whom to trust; reading that takes longer than handing over a mail, so only where it is asked for."""
    return ssl.create_default_context()


def envelope(connection: smtplib.SMTP, sender: str, recipient: str, envelope_id: str) -> Answer | None:
    """Say from whom, to whom, and that the body follows; the answer only where the relay will not have it."""
    options = [f"ENVID={envelope_id}", "RET=HDRS"] if connection.has_extn("dsn") else []
    steps: tuple[tuple[Step, set[int], Callable[[int, bytes], Answer]], ...] = (
        (lambda: connection.mail(sender, options), {250}, refusal),
        (lambda: connection.rcpt(recipient), {250, 251}, refused_recipient),  # 251: it forwards the mail
        (lambda: connection.docmd("DATA"), {354}, refusal),
    )
    for step, wanted, refused in steps:
        try:
            code, reply = step()
        except (OSError, smtplib.SMTPException) as error:
            return Answer(Outcome.REFUSED_FOR_NOW, f"The mail relay hung up before the mail: {error}")
        if code not in wanted:
            return refused(code, reply)
    return None


def body(connection: smtplib.SMTP, content: bytes) -> Answer:
    """Send the mail itself. A lost answer means that it may have been taken."""
    if connection.sock:
        connection.sock.settimeout(ANSWER_SECONDS)
    try:
        connection.send(re.sub(rb"(?m)^\.", b"..", content).removesuffix(b"\r\n") + b"\r\n.\r\n")
        code, reply = connection.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Answer(Outcome.UNCERTAIN, f"The mail relay did not answer after the mail: {error}")
    return Answer(Outcome.TAKEN, words(code, reply)) if code == 250 else refusal(code, reply)


def refusal(code: int, reply: bytes) -> Answer:
    """4xx is for now, all else for good."""
    outcome = Outcome.REFUSED_FOR_NOW if 400 <= code < 500 else Outcome.REFUSED
    return Answer(outcome, f"The mail relay said: {words(code, reply)}")


def refused_recipient(code: int, reply: bytes) -> Answer:
    """An address that does not work is a bounce; a relay that will not serve us says nothing about the address."""
    answer = refusal(code, reply)
    found = code_in(words(code, reply))
    if answer.outcome is Outcome.REFUSED and is_of_the_address(found):
        return Answer(Outcome.BOUNCED, bounce_sentence(found, answer.words), found)
    return answer


def words(code: int, reply: bytes) -> str:
    return f"{code} {reply.decode(errors='replace')}"
