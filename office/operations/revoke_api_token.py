from django.db import transaction
from django.utils import timezone

from ledger.refusals import Refused
from office.audit import record
from office.models import ApiToken, User


@transaction.atomic
def revoke_api_token(token_id: int, *, by: User) -> ApiToken:
    """Stop a key at once. Raises Refused where it has stopped already."""
    token = ApiToken.objects.select_for_update(no_key=True).get(pk=token_id)
    if token.revoked_at:
        raise Refused("This key has stopped already.", code="already_revoked")
    token.revoked_at = timezone.now()
    token.save(update_fields=["revoked_at"])
    record(by, "revoke_api_token", token)
    return token
