"""Steps of the code itself at which a program can be killed: a commit that nobody heard of, a mail half handed over.

A point is `module:function:before` or `:after`. Each program of a drill has all of its own armed; it dies at the one
that stands in the file which DRILL_POINT names, once.
"""

import os
import signal
from collections.abc import Callable
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Any

WEB = (
    "ledger.posting:insert_all:after",  # entries are written and not committed
    "office.audit.recording:insert_all:after",
    "office.api.idempotency:taken:after",  # the key is taken and nothing is done
    "billing.operations.issue_invoice:_number:after",  # a number is taken and nothing is in the book
    "billing.operations.issue_invoice:_enter:after",  # it is in the book and not committed
    "payments.operations.apply_credits:allocate:after",
    "office.api.idempotency:done_once:after",  # all is committed and nobody is told
)
RUN, KEEPING, SENDING = (
    "credit_control.operations.do_statement_run",
    "credit_control.operations.keep_statements",
    "office.mail.handing_over",
)
WORKER = (
    "ledger.posting:insert_all:after",
    "office.audit.recording:insert_all:after",
    f"{RUN}:judge:before",  # customers are taken up and nothing of them is read
    f"{RUN}:_look:after",  # a customer was looked at and nothing is noted
    f"{RUN}:_make:before",  # the run is held and nothing is written
    f"{KEEPING}:queue_mails:before",  # statements are kept and no mail is queued
    f"{RUN}:_finish:before",  # mails are queued and nobody is told
    f"{RUN}:update_all:after",  # all of it is written and nothing committed
    "credit_control.operations.send_reminders:insert_all:before",
    "credit_control.operations.send_reminders:queue_mails:after",
    "billing.operations.load_opening:enter:before",
    "billing.operations.load_opening:enter:after",
    "reports.operations.make_close_pack:keep_pack:before",
    "reports.operations.make_close_pack:keep_pack:after",
    "office.webhooks.sending:claim:after",
    "office.webhooks.sending:send:after",  # a program was told and nobody noted it
    f"{SENDING}:claim:after",
    f"{SENDING}:message_bytes:after",  # a mail is composed, its PDF kept
    f"{SENDING}:may_leave:before",  # it is about to be asked once more whether it may leave
    f"{SENDING}:deliver:before",  # it is handed over, or not: nobody knows
    f"{SENDING}:record_answer:before",  # the relay has it and nobody noted it
    f"{SENDING}:record_answer:after",
)


def arm(points: tuple[str, ...], file: Path) -> None:
    """Let this program, with all its processes, die at whichever of these points the file names."""
    for point in points:
        module, name, when = point.split(":")
        found = import_module(module)
        setattr(found, name, _mortal(getattr(found, name), point, when, file))


def _mortal(honest: Callable[..., Any], point: str, when: str, file: Path) -> Callable[..., Any]:
    def die() -> None:
        if file.exists() and file.read_text() == point:
            file.unlink()
            os.killpg(0, signal.SIGKILL)

    @wraps(honest)
    def mortal(*args: Any, **more: Any) -> Any:
        if when == "before":
            die()
        answer = honest(*args, **more)
        if when == "after":
            die()
        return answer

    return mortal
