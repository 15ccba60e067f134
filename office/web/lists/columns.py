"""Which of its columns a list shows: those that the address names, in that order; the first one always."""

from django.http import QueryDict

from office.web.lists.spec import Column


def chosen_columns(columns: tuple[Column, ...], params: QueryDict) -> tuple[Column, ...]:
    """The columns of `cols=total,state`, or of a form's boxes `cols=total&cols=state`; all where it names none."""
    first, *others = columns
    known = {column.key: column for column in others}
    asked = ",".join(params.getlist("cols")).split(",")
    chosen = tuple(known[key] for key in dict.fromkeys(asked) if key in known)
    return (first, *chosen) if chosen else columns
