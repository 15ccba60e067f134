from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from office.audit import record
from office.models import AuditRecord, User

ONCE_IN = timedelta(minutes=1)


@transaction.atomic
def note_failed_log_in(email: str) -> None:
    """Note that somebody tried to come in as a person we know, at most once a minute; of unknown addresses nothing."""
    user = User.objects.select_for_update(no_key=True).filter(email=email.strip().lower()).first()
    rows = AuditRecord.objects.filter(
        subject_type=User._meta.label_lower,
        subject_id=user.pk if user else 0,
        action="fail_to_log_in",
        recorded_at__gt=timezone.now() - ONCE_IN,
    )
    if not rows.exists() and user:
        record(None, "fail_to_log_in", user)
