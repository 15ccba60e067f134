from hashlib import sha256

from django.db import transaction

from billing.attachments import file_name, media_type_of
from billing.models import Dispute, DisputeFile
from customers.models import Contact
from ledger.refusals import Refused
from office.audit import record
from office.models import User

MOST_FILES = 20


@transaction.atomic
def attach_to_dispute(
    dispute_id: int,
    name: str,
    content: bytes,
    *,
    is_inside: bool = False,
    by: User | None = None,
    contact: Contact | None = None,
) -> DisputeFile:
    """Keep a photo or paper about a dispute: for us alone, or seen by the customer too. A name that is taken is varied.

    Raises Refused for what is no file of a known kind, is too large, or one too many.
    """
    dispute = Dispute.objects.select_for_update(no_key=True).get(pk=dispute_id)
    name = file_name(name.replace("\0", ""))
    media_type = media_type_of(name, content)
    taken = set(dispute.files.values_list("name", flat=True))
    if len(taken) >= MOST_FILES:
        raise Refused(f"A dispute keeps {MOST_FILES} files at most.", code="too_many")
    kept = DisputeFile.objects.create(
        dispute=dispute,
        name=_free(name, taken),
        media_type=media_type,
        content=content,
        size=len(content),
        sha256=sha256(content).hexdigest(),
        is_inside=is_inside,
        added_by=by,
        contact=contact,
    )
    after = {"file": kept.name, "for_us_alone": is_inside} | ({"contact": contact} if contact else {})
    record(by, "attach_to_dispute", dispute, after=after)
    return kept


def _free(name: str, taken: set[str]) -> str:
    """The name, or one like it: phones call every photo image.jpg."""
    stem, dot, end = name.rpartition(".")
    tries = (f"{stem[:80]}-{place}{dot}{end}" for place in range(2, MOST_FILES + 2))
    return name if name not in taken else next(each for each in tries if each not in taken)
