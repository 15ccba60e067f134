"""The run that makes a large file: its page is asked for the person who ordered it, and the bytes are kept in parts.

The rows are read outside any transaction and written to the disk, so memory stays flat; only the keeping holds the run.
"""

import tempfile
from collections.abc import Callable
from typing import BinaryIO

from django.utils import timezone

from ledger.refusals import Refused
from office.mail.queueing import queue_mail
from office.models import KeptFile, KeptFilePart, Run, RunStatus
from office.operations.order_file import FILE_MAIL, KEPT_FOR, KIND
from office.web.asking import AskedFile, ask_file
from office.work.runs import RunKind

PART = 1_000_000
MOST_TRIES = 3
"""So often is begun a file that its worker did not finish, being stopped or taking too long."""


def plan_file(run: Run) -> Callable[[Run], None]:
    """Make the file, and give what keeps it. Raises Refused where its person may not have it, or it is too much."""
    assert run.by, "A file is made for somebody."
    tries = run.parameters["tries"] + 1
    if tries > MOST_TRIES:
        raise Refused("It takes longer than a file may take. Narrow the list, or take CSV.", code="takes_too_long")
    Run.objects.filter(pk=run.pk).update(parameters=run.parameters | {"tries": tries}, status=RunStatus.RUNNING)

    def told(count: int) -> None:
        Run.objects.filter(pk=run.pk).update(done=count, touched_at=timezone.now())

    asked = ask_file(run.by, run.company, run.parameters["address"], told)
    file = tempfile.TemporaryFile()  # noqa: SIM115  whoever keeps it closes it
    for chunk in asked.chunks:
        file.write(chunk)
    asked.close()
    return lambda held: keep(held, asked, file)


def keep(run: Run, asked: AskedFile, file: BinaryIO) -> None:
    """Keep the file of a run that is held, and tell its person."""
    assert run.by, "A file is made for somebody."
    size, now = file.tell(), timezone.now()
    kept = KeptFile.objects.create(
        run=run,
        name=asked.name,
        content_type=asked.content_type,
        size=size,
        only_own_customers=run.by.only_own_customers,
        expires_at=now + KEPT_FOR,
    )
    with file:
        file.seek(0)
        for position, content in enumerate(iter(lambda: file.read(PART), b"")):
            KeptFilePart.objects.create(file=kept, position=position, content=content)
    run.done = run.total = max(run.done, 1)
    run.status, run.explanation = RunStatus.DONE, ""
    queue_mail(
        key=f"{FILE_MAIL}:{run.pk}",
        kind=FILE_MAIL,
        company=run.company,
        staff=run.by,
        about=run,
        to_email=run.by.email,
        subject=f"{run.title} is ready",
    )


FILE_RUN = RunKind(KIND, None, "office:kept_file", is_own_page=True, plan=plan_file)
