"""Whether this office is a restored copy that nobody released: then nothing leaves it, and no job of the clock runs.

The workers' tasks and each way out ask here; the database itself refuses that a mail or a webhook begins to leave
(`office/migrations/0044_restored_copies.py`).
"""

from ledger.refusals import Refused
from office.models import RestoredCopy

STILL_DONE = {"office.tasks.seal_audits", "reports.tasks.keep_sums"}
"""Tasks that only keep the copy itself whole, and are done in one that is held, too."""
HELD = "This is a restored copy: nothing leaves it until an administrator releases it."


def held_copy() -> RestoredCopy | None:
    """The newest restore that nobody released; nothing in an office that works."""
    return RestoredCopy.objects.filter(released_at=None).order_by("-pk").first()


def is_held() -> bool:
    """Whether this is a copy that nobody released."""
    return RestoredCopy.objects.filter(released_at=None).exists()


def require_released() -> None:
    """Raise Refused in a copy that nobody released."""
    if is_held():
        raise Refused(HELD, code="restored_copy")
