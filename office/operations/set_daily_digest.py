from django.db import transaction

from office.audit import record
from office.models import User


@transaction.atomic
def set_daily_digest(person: User, wanted: bool) -> User:
    """Say whether a person has what is new of their customers mailed each morning; theirs alone to say."""
    if person.daily_digest != wanted:
        record(person, "set_daily_digest", person, before={"wanted": person.daily_digest}, after={"wanted": wanted})
        person.daily_digest = wanted
        person.save(update_fields=["daily_digest"])
    return person
