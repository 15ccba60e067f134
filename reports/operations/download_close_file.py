from django.db import transaction

from office.audit import record
from office.models import User
from reports.models import ClosePackFile


@transaction.atomic
def download_close_file(file: ClosePackFile, *, by: User | None) -> bytes:
    """The bytes of a file of a pack, the same each time; who got them, and when, is kept."""
    record(by, "download_close_file", file.pack, after={"file": file.name, "sha256": file.sha256})
    return bytes(file.content)
