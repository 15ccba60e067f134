"""Reading what customers say they paid: what we still look for, and what came meanwhile."""

from collections.abc import Collection
from typing import TypeAlias, TypedDict

from django.db.models import Case, CharField, Exists, F, OuterRef, Q, QuerySet, Value, When
from django_stubs_ext import WithAnnotations

from ledger.models import OpenItem
from payments.models import NoticeStatus, PaidNotice

STATES = [("open", "To be looked for"), ("paid", "Paid"), ("found", "Found"), ("not_found", "Not found")]


class NoticeState(TypedDict):
    state: str


NoticeWithState: TypeAlias = "WithAnnotations[PaidNotice, NoticeState]"


def with_state(notices: QuerySet[PaidNotice]) -> QuerySet[NoticeWithState]:
    """Add `state`: what staff said of it or, while nobody did, whether the document is paid or we still look."""
    owed = OpenItem.objects.filter(entry=OuterRef("invoice__entry"), balance__gt=0)
    is_settled = Q(status=NoticeStatus.OPEN) & ~Exists(owed)
    return notices.annotate(
        state=Case(When(is_settled, then=Value("paid")), default=F("status"), output_field=CharField())
    )


def says_paid(item: str) -> Exists:
    """Whether a customer says that they paid the document of an item, and nobody has closed that yet; `item` is where
    the query has its id."""
    open_ = PaidNotice.objects.filter(status=NoticeStatus.OPEN)
    return Exists(open_.filter(invoice__entry__items=OuterRef(item)))


def open_notices(item_ids: Collection[int]) -> dict[int, PaidNotice]:
    """By open item, what a customer says they paid on its document and nobody has closed yet."""
    waiting = PaidNotice.objects.filter(status=NoticeStatus.OPEN, invoice__entry__items__in=list(item_ids))
    by_item = dict(waiting.values_list("invoice__entry__items", "pk"))
    notices = PaidNotice.objects.in_bulk(set(by_item.values()))
    return {item_id: notices[notice_id] for item_id, notice_id in by_item.items()}
