"""`manage.py reseal_accounts`: seal customers' account numbers anew by the newest of ENCRYPTION_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from customers.operations.manage_accounts import reseal_accounts
from office.sealing import Unsealable


class Command(BaseCommand):
    """To change the key: put a new one in front of ENCRYPTION_KEYS, run this, then leave the old one out."""

    help = "Seals customers' account numbers anew by the first of ENCRYPTION_KEYS; afterwards the others can go."

    def handle(self, *args: Any, **options: Any) -> None:
        done = 0
        try:
            for done in reseal_accounts():
                self.stdout.write(f"{done} sealed anew")
        except Unsealable as error:
            raise CommandError(f"After {done} accounts: {error}") from error
        self.stdout.write(f"All {done} account numbers are sealed by the newest key.")
