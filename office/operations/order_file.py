"""Large files: ordered by who wants one, made by the workers (office.web.making_files), kept for some days."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from ledger.refusals import Refused
from office.access import OWN_FILE
from office.models import Company, KeptFile, Run, RunStatus, User
from office.work.runs import begin_run

KIND = OWN_FILE
FILE_MAIL = "file_ready"
KEPT_FOR = timedelta(days=3)
MOST_AT_ONCE = 3
"""How many files of one person are being made at most."""


@transaction.atomic
def order_file(company: Company, address: str, title: str, *, by: User) -> Run:
    """Have the file of an address made; its page's door is asked when it is. Raises Refused for too many at once."""
    User.objects.select_for_update(no_key=True).get(pk=by.pk)
    if ordered_by(by).filter(status__in=[RunStatus.WAITING, RunStatus.RUNNING]).count() >= MOST_AT_ONCE:
        raise Refused(
            f"{MOST_AT_ONCE} files are being made for you already. Wait for one of them.", code="too_many_files"
        )
    title = " ".join(title.replace("\0", "").split())[:150] or "List"
    run = Run(company=company, kind=KIND, title=f"File: {title}", by=by, parameters={"address": address, "tries": 0})
    begin_run(run)
    return run


def ordered_by(user: User) -> QuerySet[Run]:
    """The runs that make files for a person."""
    return Run.objects.filter(kind=KIND, by=user).select_related("company", "by")


def clear_expired_files(now: datetime) -> int:
    """Delete the files that were kept long enough, and say how many."""
    expired = KeptFile.objects.filter(expires_at__lte=now)
    count = expired.count()
    expired.delete()
    return count
