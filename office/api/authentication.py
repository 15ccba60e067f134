"""Who calls: a program shows a token and acts as a member of staff."""

from datetime import timedelta

from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from office.models import ApiToken, User
from office.tokens import hash_of

USE_NOTED_EVERY = timedelta(minutes=1)


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`; only the token's hash is kept."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Whose token it is, or nothing where the request brings none. Raises AuthenticationFailed for a bad one."""
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        token = ApiToken.objects.filter(hash=hash_of(secret.strip()), revoked_at=None, user__is_active=True)
        found = token.select_related("user").first()
        if found is None:
            raise AuthenticationFailed("This token is unknown or was revoked.", code="bad_token")
        note_use(found)
        return found.user, found

    def authenticate_header(self, request: Request) -> str:
        """What a caller without a log-in is told to bring."""
        return "Bearer"


def note_use(token: ApiToken) -> None:
    """Remember when a token was last used; a busy program does not write at each request."""
    now = timezone.now()
    if token.last_used_at is None or token.last_used_at < now - USE_NOTED_EVERY:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)
