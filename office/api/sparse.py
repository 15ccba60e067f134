"""`?fields=number,customer.name`: an answer with only what its reader wants, chosen from what its serializer has."""

from collections.abc import Callable, Collection, Iterator
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.http import HttpResponseBase
from rest_framework.exceptions import ValidationError
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer, ListSerializer, Serializer

from office.web.requests import ApiRequest

if TYPE_CHECKING:
    from office.api.views import ApiView

NAME = "fields"
ROWS = "results"
"""Where the rows of a list stand; fields are chosen of each row."""


def sparse(handler: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Let a door that is read answer only the fields that are asked for. The handler never sees the wish."""

    @wraps(handler)
    def picked(view: "ApiView", request: ApiRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        wishes = _taken_out(request)
        answer = handler(view, request, *args, **kwargs)
        if wishes is not None:
            _narrow(answer, wishes)
        return answer

    return picked


def field_names(serializer: BaseSerializer[Any], before: str = "") -> Iterator[str]:
    """Every name that can be chosen of what a serializer shows, those inside others with a dot."""
    inner = serializer.child if isinstance(serializer, ListSerializer) else serializer
    if not isinstance(inner, Serializer):
        return
    for name, field in inner.fields.items():
        yield before + name
        if isinstance(field, BaseSerializer):
            yield from field_names(field, f"{before}{name}.")


def _taken_out(request: ApiRequest) -> list[str] | None:
    """The names that are asked for, taken out of the address; None where nothing is said."""
    if NAME not in request.query_params:
        return None
    asked = request._request.GET.copy()
    names = [name.strip() for part in asked.pop(NAME) for name in str(part).split(",")]
    request._request.GET = asked  # type: ignore[assignment]  # as Django itself does with POST
    return names


def _narrow(answer: HttpResponseBase, wishes: Collection[str]) -> None:
    """Leave in the answer what is wished for. Raises ValidationError for a name that there is not."""
    serializer = getattr(getattr(answer, "data", None), "serializer", None)
    if not isinstance(answer, Response) or not isinstance(serializer, BaseSerializer):
        raise ValidationError({NAME: ["This answer has no fields to choose from."]})
    rows = _rows_of(serializer)
    known = list(field_names(rows or serializer))
    if unknown := sorted(set(wishes) - set(known)):
        named = ", ".join(f"“{name[:60]}”" for name in unknown[:10])
        raise ValidationError({NAME: [f"There is no {named}. There are: {', '.join(known)}."]})
    if rows is None:
        answer.data = _pick(answer.data, wishes)
    else:
        answer.data = {**answer.data, ROWS: _pick(answer.data[ROWS], wishes)}


def _rows_of(serializer: BaseSerializer[Any]) -> BaseSerializer[Any] | None:
    rows = serializer.fields.get(ROWS) if isinstance(serializer, Serializer) else None
    return rows if isinstance(rows, ListSerializer) and isinstance(rows.child, Serializer) else None


def _pick(value: Any, names: Collection[str]) -> Any:
    """What is named of a value, of each of its rows where it is a list; a name without a dot is all that it holds."""
    if isinstance(value, list):
        return [_pick(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    whole = {name for name in names if "." not in name}
    parts = [name.partition(".") for name in names if "." in name]
    inner = {head: [tail for each, _, tail in parts if each == head] for head, _, _ in parts}
    return {
        name: held if name in whole else _pick(held, inner[name])
        for name, held in value.items()
        if name in whole or name in inner
    }
