"""No token, address or account number in a log, whoever writes it: Django, the web server, the worker or we."""

import logging
import re
from typing import Any

TOKENS = [
    (re.compile(r"/p/(?!d/|account/d/)(?:account/|stop/)?[^/\s?\"']+"), "/p/…"),
    (re.compile(r"/(log-in/link|practice-checkout)/[^/\s?\"']+"), r"/\1/…"),
    (re.compile(r"\b(duebook_|whsec_|sk_live_|sk_test_)[\w+/=-]+"), r"\1…"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.+/=~-]{8,}"), r"\1 …"),
    (re.compile(r"(?i)\b(password|token|secret|code|api[_-]?key)(\"?'?\s*[=:]\s*\"?'?)[^\s&,;\"')]+"), r"\1\2…"),
]
"""What opens something. Pages behind links, under a /d/, have no secret in their address."""
PEOPLE = [
    (re.compile(r"[\w.+%'-]+@[\w-]+(?:\.[\w-]+)+"), "…@…"),
    (re.compile(r"(?i)\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"), "(account)"),
    (re.compile(r"(?m)^(DETAIL|CONTEXT): .*$"), r"\1: …"),
]
"""E-mail addresses, IBANs, and the values of a row that PostgreSQL names where it refuses one."""


def mask_logs() -> None:
    """From here on every record is written with such things masked."""
    make_record = logging.getLogRecordFactory()

    def make_masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make_record(*args, **kwargs)
        said = record.getMessage()
        masked = mask(said)
        if masked != said:
            record.msg, record.args = masked, None
        return record

    logging.setLogRecordFactory(make_masked)


def mask(text: str) -> str:
    """The text with whatever opens something, and whatever names a person or an account, hidden."""
    for pattern, instead in (*TOKENS, *PEOPLE):
        text = pattern.sub(instead, text)
    return text
