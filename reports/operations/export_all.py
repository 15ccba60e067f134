from typing import IO, Any

from django.db import transaction

from office.audit import record_all
from office.models import Company, User
from reports.everything.writing import Told, write_everything


def export_all(
    file: IO[bytes], *, open_accounts: bool = False, by: User | None, told: Told = lambda count: None
) -> dict[str, Any]:
    """Write everything that every company keeps into a file, as one archive, and keep who did. Its manifest.

    Not to be called inside a transaction: it reads one state of the book. Raises Unsealable where account numbers are
    to be opened and no key of ours does.
    """
    manifest = write_everything(file, open_accounts=open_accounts, told=told)
    with transaction.atomic():
        companies = list(Company.objects.order_by("pk"))
        said = {"account numbers": manifest["accounts"], "as of": manifest["made_at"]}
        record_all(by, "export_all", companies, after=[said] * len(companies))
    return manifest
