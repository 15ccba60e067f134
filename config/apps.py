import gc

from django.apps import AppConfig

MADE_BEFORE_A_LOOK = 10_000
"""How many objects Python makes before it looks for those that hold only each other. Its own 700 suit small programs:
an import, which holds the rows of a file as thousands of models, then spends a quarter of its time on looking."""


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "Settings and services"

    def ready(self) -> None:
        gc.set_threshold(MADE_BEFORE_A_LOOK)
        from office.masking import mask_logs

        mask_logs()
