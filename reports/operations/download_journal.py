from collections.abc import Iterator

from django.db import transaction

from office.audit import record
from office.models import User
from reports.models import JournalFile


@transaction.atomic
def download_journal(file: JournalFile, *, by: User | None) -> Iterator[bytes]:
    """The bytes of a file part by part, the same each time; who got them, and when, is kept."""
    record(by, "download_journal", file.batch, after={"sha256": file.sha256})
    return parts_of(file)


def parts_of(file: JournalFile) -> Iterator[bytes]:
    """The parts of a file, one in memory at a time."""
    for position in range(file.parts.count()):
        yield bytes(file.parts.get(position=position).content)
