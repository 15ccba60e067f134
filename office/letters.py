"""Finding what stands anywhere in a number, at any size: an index of the groups of three letters in a row's fields.

It does what PostgreSQL's extension pg_trgm does, on servers that have no extensions.
"""

from typing import Any, cast

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db.models import BooleanField, Func, Model, Q, TextField, Value

from office.persons import sees_persons

GROUP = 3
"""Fewer letters than this are looked for without the index."""
MOST_RELATED = 1000
"""So many rows of another table, such as customers, are named one by one; of more, each row is looked at."""


class LetterGroups(Func):
    """The groups of three letters of some texts side by side, small ones as capitals; nothing where there are fewer."""

    function = "letter_groups"
    output_field = ArrayField(TextField())


class HasLetterGroups(Func):
    """Whether the first groups hold all of the second."""

    template = "%(expressions)s"
    arg_joiner = " @> "
    output_field = BooleanField()


class LetterIndex(GinIndex):
    """Lets `standing_in` find words of any of these fields."""

    def __init__(self, *letter_fields: str, name: str) -> None:
        self.letter_fields = letter_fields
        super().__init__(LetterGroups(*letter_fields), name=name)

    def deconstruct(self) -> tuple[str, Any, dict[str, Any]]:
        path, _, _ = super().deconstruct()
        return path, self.letter_fields, {"name": self.name}


def standing_in(model: type[Model], fields: tuple[str, ...], word: str) -> Q:
    """The rows in which this stands in some of the fields, which may be a related row's (customer__name).

    Whoever may not see persons finds nobody by what is masked: a model's `searched_masked` says for such columns in
    which others of its own they look instead.
    """
    if not sees_persons():
        fields = tuple(instead for path in fields for instead in _masked(model, path))
    index = next((index for index in model._meta.indexes if isinstance(index, LetterIndex)), None)
    if index is None or len(word) < GROUP:
        return _contains(model, fields, word)
    own = tuple(path for path in fields if path in index.letter_fields)
    groups = HasLetterGroups(LetterGroups(*index.letter_fields), LetterGroups(Value(word)))
    found = Q(groups) & _contains(model, own, word)
    for path in set(fields) - set(own):
        found |= _related(model, path, word)
    return found


def is_masked(model: type[Model], path: str) -> bool:
    """Whether a column is masked for whoever reads: they neither find rows by it nor put them in its order."""
    return not sees_persons() and _masked(model, path) != [path]


def _masked(model: type[Model], path: str) -> list[str]:
    *relations, column = path.split("__")
    for relation in relations:
        model = cast(type[Model], model._meta.get_field(relation).related_model)
    instead = getattr(model, "searched_masked", {}).get(column, (column,))
    return ["__".join([*relations, each]) for each in instead]


def _contains(model: type[Model], fields: tuple[str, ...], word: str) -> Q:
    """The rows of which some field has it; each of them once, however many related rows have it."""
    found = Q() if fields else Q(pk__in=[])
    for path in fields:
        has = Q(**{f"{path}__icontains": word})
        found |= Q(pk__in=model._default_manager.filter(has).values("pk")) if _leads_to_many(model, path) else has
    return found


def _leads_to_many(model: type[Model], path: str) -> bool:
    relation, _, field = path.partition("__")
    known = {each.name: each for each in model._meta.get_fields()} if field else {}
    return relation in known and bool(known[relation].one_to_many or known[relation].many_to_many)


def _related(model: type[Model], path: str, word: str) -> Q:
    """Related rows are found first: a condition on another table would have every row of this one looked at."""
    relation, _, field = path.partition("__")
    other: Any = model._meta.get_field(relation).related_model if field else None
    if other is None or _leads_to_many(model, path):
        return _contains(model, (path,), word)
    ids = list(other.objects.filter(_contains(other, (field,), word)).values_list("pk", flat=True)[: MOST_RELATED + 1])
    return Q(**{f"{relation}__in": ids}) if len(ids) <= MOST_RELATED else _contains(model, (path,), word)
