from datetime import datetime, timedelta

from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.models import ApiToken, User
from office.ways_in.tokens import hash_of, new_secret

LONGEST_BESIDE = timedelta(days=7)


@transaction.atomic
def rotate_api_token(token_id: int, *, beside: timedelta, by: User, now: datetime) -> tuple[ApiToken, str]:
    """Give a key a new secret, beside which the one before works for so long; only this answer holds the new one.

    With no time at all every secret before ends at once. Raises Refused for a key that has stopped, for more than
    seven days, and where two secrets work already: the older would end unseen.
    """
    token = ApiToken.objects.select_for_update(no_key=True).get(pk=token_id)
    if not token.works_at(now):
        raise Refused("This key has stopped. Make a new one.", code="key_stopped")
    if not timedelta(0) <= beside <= LONGEST_BESIDE:
        raise Refused("The secret before works for seven more days at most.", code="too_long_beside")
    if beside and token.old_ends_at and now < token.old_ends_at:
        raise Refused(
            "Two secrets work already. Wait for the older one to end, or let both end at once.", code="two_secrets"
        )
    secret = new_secret()
    token.old_hash, token.old_ends_at = (token.hash, now + beside) if beside else (None, None)
    token.hash = hash_of(secret)
    token.save(update_fields=["hash", "old_hash", "old_ends_at"])
    until = f"{token.old_ends_at:%Y-%m-%d %H:%M} UTC" if token.old_ends_at else "at once"
    record(by, "rotate_api_token", token, after={"the secret before ends": until})
    return token, secret
