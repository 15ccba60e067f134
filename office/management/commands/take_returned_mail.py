"""`manage.py take_returned_mail`: what a mail server pipes in, or the new mails of a Maildir folder."""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError

from ledger.refusals import Refused
from office.mail.returned import LARGEST
from office.models import OutgoingMail
from office.operations.take_returned_mail import take_returned_mail
from office.work.retrying import DATABASE_AWAY

TRY_LATER = 75
"""What a mail server takes as "keep it and try again" (EX_TEMPFAIL)."""


class Command(BaseCommand):
    help = "Notes which mails came back, from delivery reports: one on standard input, or all new ones of a Maildir."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--maildir", type=Path, help="A folder with new/ and cur/; each mail moves to cur/.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["maildir"]:
                self.take_folder(options["maildir"])
            else:
                self.take(sys.stdin.buffer)
        except Refused as refusal:
            raise CommandError(refusal.message) from refusal
        except DATABASE_AWAY as error:
            raise CommandError(f"The database is away: {error}", returncode=TRY_LATER) from error

    def take_folder(self, folder: Path) -> None:
        """Take each new mail; those refused are told, flagged, and stop no other."""
        if not (folder / "new").is_dir() or not (folder / "cur").is_dir():
            raise CommandError(f"{folder} is no Maildir: it has no folders new and cur.")
        refused = 0
        for path in sorted((folder / "new").iterdir()):
            flags = "S"
            try:
                with path.open("rb") as mail:
                    self.take(mail)
            except Refused as refusal:
                refused, flags = refused + 1, "FS"
                self.stderr.write(f"{path.name}: {refusal.message}")
            path.rename(folder / "cur" / f"{path.name}:2,{flags}")
        if refused:
            raise CommandError(f"{refused} of these mails were refused; they are flagged in {folder / 'cur'}.")

    def take(self, mail: BinaryIO) -> None:
        """Take one, and say what it comes to."""
        content = mail.read(LARGEST + 1)
        self.stdout.write(take_returned_mail(content, among=OutgoingMail.objects.all(), by=None).words)
