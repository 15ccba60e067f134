from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OfficeConfig(AppConfig):
    name = "office"
    verbose_name = "Office"

    def ready(self) -> None:
        from office.mail import register_kind
        from office.mail.trial import TRIAL_MAIL
        from office.roles import grant_roles

        register_kind(TRIAL_MAIL)
        post_migrate.connect(grant_roles, dispatch_uid="office.grant_roles")
