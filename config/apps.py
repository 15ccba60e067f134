from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Settings and services"

    def ready(self) -> None:
        from office.masking import mask_logs

        mask_logs()
