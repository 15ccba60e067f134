"""Pages by key: the next begins after a row, so that none is missed or doubled while others are added."""

from typing import Any

from django.core import signing
from django.db.models import QuerySet
from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from office.api.fields import Query
from office.web.lists.paging import Order, read_cursor, take_page

USUAL, MOST = 50, 200


class PageQuery(Query):
    """Which page of a list."""

    limit = serializers.IntegerField(min_value=1, max_value=MOST, default=USUAL, help_text="Rows on a page.")
    cursor = serializers.CharField(required=False, help_text="What `next` of the page before said.")


def page_of(
    queryset: QuerySet[Any], query: dict[str, Any], list_name: str, *, newest_first: bool = False
) -> tuple[list[Any], str | None]:
    """The rows after the cursor in the order they were made or the other way, and the cursor of the next page."""
    order = Order(f"api:{list_name}", "id", "pk", descending=newest_first)
    cursor = query.get("cursor", "")
    if cursor and read_cursor(cursor, order) is None:
        raise bad_cursor()
    page = take_page(queryset, order, after=cursor, size=query["limit"])
    return page.rows, page.next


def bad_cursor() -> ValidationError:
    """What a caller hears whose cursor is not ours."""
    return ValidationError({"cursor": ["This cursor is not one of this list's."]})


def seal(place: tuple[Any, ...], list_name: str) -> str:
    """A cursor of a list that is ordered in its own way."""
    return signing.dumps(list(place), salt=f"api:{list_name}", compress=True)


def unseal(cursor: str, list_name: str) -> tuple[Any, ...]:
    """The place that a cursor names; raises ValidationError where it is not ours."""
    try:
        return tuple(signing.loads(cursor, salt=f"api:{list_name}"))
    except signing.BadSignature as error:
        raise bad_cursor() from error
