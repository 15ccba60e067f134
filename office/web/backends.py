"""How a session becomes a person again."""

from django.contrib.auth.backends import ModelBackend
from django.contrib.auth.models import AnonymousUser

from office.models import User
from office.models.staff import may_come_in
from office.ways_in.factors import lacks_factor


class StaffBackend(ModelBackend):
    """Django's own, and whether the person lacks a second factor that they need, in the one query of each request."""

    def get_user(self, user_id: int) -> User | None:
        """The person as they are now; nobody where they are switched off or their time is over."""
        people = User.objects.filter(may_come_in(), pk=user_id)
        user: User | None = people.annotate(**{"lacks_factor": lacks_factor()}).first()
        return user

    def user_can_authenticate(self, user: User | AnonymousUser | None) -> bool:
        """Whether this log-in comes in at all, with whatever password."""
        return isinstance(user, User) and User.objects.filter(may_come_in(), pk=user.pk).exists()
