"""Who calls: a program shows a key and acts as a member of staff."""

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed, PermissionDenied
from rest_framework.request import Request

from office.api.limits import FAILED, require_within, take
from office.models import ApiToken, User
from office.models.staff import may_come_in
from office.ways_in.networks import holds
from office.ways_in.tokens import hash_of
from office.web.address import address_of

USE_NOTED_EVERY = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <key>`; only the key's hash is kept."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Whose key it is, or nothing where the request brings none.

        Raises AuthenticationFailed for one that does not work, PermissionDenied for a place it may not be used from.
        """
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        address = address_of(request._request)
        key = _working_key(secret.strip(), address)
        if key.networks and not holds(key.networks, address):
            raise PermissionDenied(
                f"This key may not be used from {address or 'an unknown address'}.", code="address_not_allowed"
            )
        note_use(key, address)
        key.user.key_company_id = key.company_id
        return key.user, key

    def authenticate_header(self, request: Request) -> str:
        """What a caller without a log-in is told to bring."""
        return "Bearer"


def _working_key(secret: str, address: str) -> ApiToken:
    """The key of a secret; an address from which many came that do not work is told to wait.

    Those that work are let through from there, too: a wrong program slows no other behind the same proxy, and nobody
    finds one of 2 ** 256 secrets by trying.
    """
    try:
        return working_key(secret)
    except AuthenticationFailed:
        require_within(take(FAILED, address))
        raise


def working_key(secret: str) -> ApiToken:
    """The key of a secret, new or the one before. Raises AuthenticationFailed where it is unknown or has ended."""
    now, kept = timezone.now(), hash_of(secret)
    keys = ApiToken.objects.filter(Q(hash=kept) | Q(old_hash=kept, old_ends_at__gt=now), revoked_at=None)
    key = keys.filter(may_come_in("user__")).select_related("user").first()
    if key is None:
        raise AuthenticationFailed("This key is unknown or was revoked.", code="bad_token")
    if not key.works_at(now):
        raise AuthenticationFailed(f"This key ended on {key.expires_at:%Y-%m-%d}. Make a new one.", code="key_expired")
    return key


def note_use(key: ApiToken, address: str) -> None:
    """Remember when and where a key was last used; a busy program does not write at each request."""
    now = timezone.now()
    is_new_place = key.last_used_from != address
    if is_new_place or key.last_used_at is None or key.last_used_at < now - USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=key.pk).update(last_used_at=now, last_used_from=address[:45])
