"""`manage.py reseal_accounts`: seal all that is sealed anew by the newest key."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.operations.manage_accounts import reseal_accounts
from office.operations.manage_factors import reseal_factors
from office.operations.manage_webhooks import reseal_webhooks
from office.sealing import Unsealable
from office.ways_in.log_ins import reseal_log_ins
from payments.kept_files import reseal_files


class Command(BaseCommand):
    """To change the key: put a new one in front of ENCRYPTION_KEYS, run this, then leave the old one out."""

    help = (
        "Seals numbers, payment files, factors, secrets of webhooks and log-ins anew by the first of ENCRYPTION_KEYS;"
        " then the others can go."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        kinds = (
            ("account numbers", reseal_accounts),
            ("payment files", reseal_files),
            ("second factors", reseal_factors),
            ("secrets of webhooks", reseal_webhooks),
            ("log-ins that stand", reseal_log_ins),
        )
        for what, reseal in kinds:
            done = 0
            try:
                for done in reseal():
                    self.stdout.write(f"{done} {what} sealed anew")
            except Unsealable as error:
                raise CommandError(f"After {done} {what}: {error}") from error
        self.stdout.write("All is sealed by the newest key.")
