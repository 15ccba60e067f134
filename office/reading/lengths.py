"""How long texts may be, for whatever comes in by a file: forms and programs' input say it themselves."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.db.models import CharField, Model

from ledger.refusals import Refused


def require_lengths(*rows: Model) -> None:
    """Refuse, by its name, a text longer than its column keeps."""
    for row in rows:
        require_fitting(type(row), vars(row))


def require_fitting(model: type[Model], values: Mapping[str, Any]) -> None:
    """The same of values that a row of the model is to have."""
    for column, longest, name in _lengths(model):
        text = values.get(column)
        if isinstance(text, str) and len(text) > longest:
            raise Refused(
                f"{name[0].upper()}{name[1:]}: it has {len(text)} characters, and at most {longest} are kept. "
                "Shorten it.",
                code="text_too_long",
            )


@cache
def _lengths(model: type[Model]) -> list[tuple[str, int, str]]:
    """The columns of texts, how many characters each keeps, where that has an end, and its name in words."""
    texts = [column for column in model._meta.fields if isinstance(column, CharField)]
    return [(column.attname, column.max_length, str(column.verbose_name)) for column in texts if column.max_length]
