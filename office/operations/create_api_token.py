from django.db import transaction

from ledger.refusals import Refused
from office.audit import record
from office.models import ApiToken, User
from office.tokens import hash_of, new_secret


@transaction.atomic
def create_api_token(name: str, *, by: User) -> tuple[ApiToken, str]:
    """Make a person a token for a program that acts as they do; only this answer holds its secret.

    Raises Refused without a name.
    """
    if not name.strip():
        raise Refused("Say which program the token is for.", code="name_missing")
    secret = new_secret()
    token = ApiToken.objects.create(user=by, name=name.strip(), hash=hash_of(secret))
    record(by, "create_api_token", token)
    return token, secret
