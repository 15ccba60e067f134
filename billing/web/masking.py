"""No customer's token in a log, whoever writes it: Django, the web server or we."""

import logging
import re
from typing import Any

TOKEN = re.compile(r"/p/(?!d/|account/d/)(?:account/|stop/)?[^/\s?\"']+")


def mask_tokens_in_logs() -> None:
    """From here on every record is written with its tokens masked."""
    make_record = logging.getLogRecordFactory()

    def make_masked(*args: Any, **kwargs: Any) -> logging.LogRecord:
        record = make_record(*args, **kwargs)
        said = record.getMessage()
        if "/p/" in said:
            record.msg, record.args = mask(said), None
        return record

    logging.setLogRecordFactory(make_masked)


def mask(text: str) -> str:
    """The text with what stands after /p/ hidden; pages behind links, under a /d/, have no secret in their address."""
    return TOKEN.sub("/p/…", text)
