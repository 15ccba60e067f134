"""How a session becomes a person again."""

from django.contrib.auth.backends import ModelBackend

from office.factors import lacks_factor
from office.models import User


class StaffBackend(ModelBackend):
    """Django's own, and whether the person lacks a second factor that they need, in the one query of each request."""

    def get_user(self, user_id: int) -> User | None:
        """The person as they are now; nobody where they are switched off."""
        people = User.objects.filter(pk=user_id, is_active=True)
        user: User | None = people.annotate(**{"lacks_factor": lacks_factor()}).first()
        return user
