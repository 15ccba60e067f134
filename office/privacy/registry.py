"""The one list of personal data: each room says which columns are about persons, and what becomes of them.

`tests/rules/test_personal_data.py` holds it against the models: a new column that no room speaks of fails.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db.models import BinaryField, F, Model, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.db.models.lookups import IContains

from office.models import Company
from office.privacy.terms import Term


@dataclass(frozen=True)
class Subject:
    """A person whose data is held: people of a customer by their ids.

    Where the customer is that person, they are in `customer_ids`, with the records that were merged into theirs. Else
    `beside` are the customer's records, in whose papers and notes the person may be named. By the `words` they are
    named: names, addresses, numbers.
    """

    company: Company
    contact_ids: tuple[int, ...]
    customer_ids: tuple[int, ...] = ()
    beside: tuple[int, ...] = ()
    words: tuple[str, ...] = ()


Eraser = Callable[[QuerySet[Any], Subject], int]


@dataclass(frozen=True)
class Held:
    """What a table holds on persons: `what` in words, the columns, whose the rows are, and what erasing does to them.

    `fields` are the columns about a person, `plain` those of free text that are not, `file` one of bytes that are the
    person's to have. Rows are found by `by_contact` and `by_customer`, the paths to a person's or a customer's id, or
    by `rows`; where they stay, also by what they say; some are found by no person. Either `erase` makes them say
    nothing of a person and gives how many they were, `becomes` saying how, or they stay: for `term`, from the day that
    `day` leads to, and `why`.
    """

    label: str
    what: str
    fields: str = ""
    plain: str = ""
    file: str = ""
    by_contact: str = ""
    by_customer: str = ""
    rows: Callable[[Subject], Q] | None = None
    erase: Eraser | None = None
    becomes: str = ""
    term: Term | None = None
    day: str = ""
    why: str = ""

    @property
    def model(self) -> type[Model]:
        """The model of the table."""
        return apps.get_model(self.label)

    @property
    def is_found(self) -> bool:
        """Whether its rows are found by a person."""
        return bool(self.by_contact or self.by_customer or self.rows)

    def rows_of(self, subject: Subject) -> QuerySet[Any]:
        """The rows about a person."""
        wanted = self._own(subject)
        if self.term and subject.beside and subject.words:
            wanted |= self._own(replace(subject, contact_ids=(), customer_ids=subject.beside)) & self._names(subject)
        return self.model._default_manager.filter(wanted).distinct().order_by("pk")

    def _own(self, subject: Subject) -> Q:
        wanted = self.rows(subject) if self.rows else Q(pk=None)
        if self.by_contact:
            wanted |= Q(**{f"{self.by_contact}__in": subject.contact_ids})
        if self.by_customer:
            wanted |= Q(**{f"{self.by_customer}__in": subject.customer_ids})
        return wanted

    def _names(self, subject: Subject) -> Q:
        """Rows of which a column says one of the person's words, in whatever letters."""
        options = self.model._meta
        fields = [name for name in self.fields.split() if not isinstance(options.get_field(name), BinaryField)]
        return says(fields, subject.words)


HELD: list[Held] = []
IMPERSONAL: dict[str, str] = {}
WAITS: list[Callable[[Subject], Iterable[str]]] = []


def register_held(rows: Iterable[Held], impersonal: dict[str, str]) -> None:
    """Make known what a room holds on persons, and which of its tables hold nothing, each with why."""
    HELD.extend(each for each in rows if each not in HELD)
    IMPERSONAL.update(impersonal)


def register_waits(why: Callable[[Subject], Iterable[str]]) -> None:
    """Let a room say why a person cannot be erased yet, in words; nothing where they can."""
    if why not in WAITS:
        WAITS.append(why)


def says(fields: Iterable[str], words: Iterable[str]) -> Q:
    """Rows of which one of the columns says one of the words, in whatever letters; none where there are no words."""
    said = [IContains(Cast(F(name), TextField()), word) for name in fields for word in words]
    return reduce(or_, map(Q, said), Q(pk=None))


def emptied(*fields: str, **values: Any) -> Eraser:
    """Make these columns empty, and others what is said."""
    said = dict.fromkeys(fields, "") | values
    return lambda rows, subject: rows.order_by().update(**said)


def deleted(rows: QuerySet[Any], subject: Subject) -> int:
    """Delete the rows."""
    count: int = rows.model._default_manager.filter(pk__in=list(rows.values_list("pk", flat=True))).delete()[0]
    return count
