from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OfficeConfig(AppConfig):
    name = "office"
    verbose_name = "Office"

    def ready(self) -> None:
        from office.roles import grant_roles

        post_migrate.connect(grant_roles, dispatch_uid="office.grant_roles")
