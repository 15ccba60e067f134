from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from office.models.company import Company
from office.models.talk import Department


def may_come_in(prefix: str = "") -> Q:
    """The log-ins that are switched on and whose time is not over; the last day ends with the one of UTC."""
    open_ended, in_time = Q(**{f"{prefix}until": None}), Q(**{f"{prefix}until__gte": timezone.now().date()})
    return Q(**{f"{prefix}is_active": True}) & (open_ended | in_time)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """A member of staff; without a password they cannot log in."""
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email=(email or "").strip().lower())


class User(AbstractBaseUser, PermissionsMixin):
    """A member of staff. What they may do comes from their groups, what they see from their companies."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=100)
    is_active = models.BooleanField(default=True)
    companies = models.ManyToManyField(Company, related_name="staff", blank=True)
    department = models.CharField(max_length=12, choices=Department, blank=True)
    same_person_as = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="other_log_ins",
        help_text="Another log-in of the same person: neither approves what the other asks.",
    )
    until = models.DateField(null=True, blank=True, help_text="The last day they come in; empty: no end.")
    daily_digest = models.BooleanField(default=False, help_text="Wants the news of their customers each morning.")
    only_own_customers = models.BooleanField(
        default=False, help_text="Sees only customers they or their team own in sales."
    )

    key_company_id: int | None = None
    """The only company to be seen, while a program acts as this person with a key that is bound to one."""

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["name"]

    objects = UserManager()

    lacks_factor = False
    """Whether a role of theirs needs a second factor and they have none; only who comes by a session is asked."""

    class Meta:
        constraints = [models.CheckConstraint(name="log_in_is_not_its_own_other", condition=~Q(same_person_as=F("pk")))]
        permissions = [
            ("manage_staff", "Invite staff and set their roles"),
            ("manage_roles", "Set what roles may do"),
        ]

    def __str__(self) -> str:
        return self.name or self.email
