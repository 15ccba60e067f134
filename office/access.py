"""Which companies a member of staff sees. Rooms below build their own scopes on this."""

from django.db.models import QuerySet

from office.models import Company, User


def companies_for(user: User) -> QuerySet[Company]:
    """The companies a person works for; a superuser works for all."""
    if user.is_superuser:
        return Company.objects.all()
    return user.companies.all()
