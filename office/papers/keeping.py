"""Papers are made once and kept."""

from collections.abc import Callable
from hashlib import sha256
from typing import Any, TypeVar

from django.db import IntegrityError, models, transaction

Kept = TypeVar("Kept", bound=models.Model)


def kept_once(model: type[Kept], make: Callable[[], bytes], **which: Any) -> Kept:
    """The row of a paper's bytes, made at the first call; `which` names it, and is unique in its table.

    Whoever makes it a moment later than somebody else gets the other's. Raises what `make` raises.
    """
    kept = model._default_manager.filter(**which).first()
    if kept:
        return kept
    content = make()
    made = model(**which, content=content, sha256=sha256(content).hexdigest())
    try:
        with transaction.atomic():
            made.save(force_insert=True)
    except IntegrityError:  # somebody else was quicker
        return model._default_manager.get(**which)
    return made
