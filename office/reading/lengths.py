"""How long texts may be, for whatever comes in by a file: forms and programs' input say it themselves."""

from django.db.models import CharField, Model

from ledger.refusals import Refused


def require_lengths(*rows: Model) -> None:
    """Refuse, by its name, a text longer than its column keeps."""
    for row in rows:
        for column in row._meta.fields:
            longest = column.max_length if isinstance(column, CharField) else None
            text = getattr(row, column.attname)
            if longest and isinstance(text, str) and len(text) > longest:
                name = str(column.verbose_name)
                raise Refused(
                    f"{name[0].upper()}{name[1:]}: it has {len(text)} characters, and at most {longest} are kept. "
                    "Shorten it.",
                    code="text_too_long",
                )
