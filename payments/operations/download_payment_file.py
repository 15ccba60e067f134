from django.db import transaction

from office.audit import record
from office.copies import require_released
from office.models import User
from payments.kept_files import bytes_of
from payments.models import PaymentFile


@transaction.atomic
def download_payment_file(file: PaymentFile, *, by: User | None) -> bytes:
    """The bytes of a file, the same each time; who got them, and when, is kept. A restored copy gives none: Refused."""
    require_released()
    content = bytes_of(file)
    record(by, "download_payment_file", file, after={"sha256": file.sha256})
    return content
