"""Which of its columns a list shows: those that the address names, in that order; the first one always."""

from django.http import QueryDict

from office.web.lists.spec import Column, ListSpec


def chosen_columns(spec: ListSpec, params: QueryDict) -> tuple[Column, ...]:
    """The columns of `cols=total,state`, or of a form's boxes `cols=total&cols=state`; the usual if it names none."""
    first, *others = spec.columns
    known = {column.key: column for column in others}
    asked = ",".join(params.getlist("cols")).split(",")
    chosen = tuple(known[key] for key in dict.fromkeys(asked) if key in known)
    return (first, *chosen) if chosen else spec.usual
