from django.contrib.auth.models import Group, Permission
from django.db import models


class OwnRole(models.Model):
    """A role that somebody made here, beside those that Duebook brings."""

    group = models.OneToOneField(Group, on_delete=models.CASCADE, related_name="own_role")
    made_by = models.ForeignKey("office.User", null=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.group.name


class RoleChange(models.Model):
    """What a role may here beside what it brings, or may not; it lasts when a later version of Duebook brings more."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="changes")
    permission = models.ForeignKey(Permission, on_delete=models.CASCADE, related_name="+")
    is_given = models.BooleanField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "permission"], name="role_change_once")]

    def __str__(self) -> str:
        return f"{self.group}: {'and' if self.is_given else 'not'} {self.permission.codename}"
