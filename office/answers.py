"""What was answered to a write, by the caller's key: whoever asks the same again gets it, and nothing is done twice."""

from django.db import IntegrityError, transaction

from office.models import IdempotentAnswer, User


def taken(user: User, key: str, content: str) -> tuple[IdempotentAnswer, bool]:
    """The key's row, and whether it is ours to fill. Waits while somebody else is filling it."""
    try:
        with transaction.atomic():
            return IdempotentAnswer.objects.create(user=user, key=key, request_hash=content), True
    except IntegrityError:
        return IdempotentAnswer.objects.get(user=user, key=key), False
