"""Documents that look like another: of one customer, kind and amount, and alike in one thing more."""

from collections.abc import Collection
from datetime import date
from typing import Any

from django.db import connection

from billing.models import DocumentStatus, Invoice

DAYS_APART = 31
"""Documents of one amount and no period are alike when their days are no further apart."""

TWINS = """
SELECT DISTINCT ON (draft.id) draft.id, twin.id, CASE
    WHEN twin.period_from = draft.period_from THEN 'bills the same period'
    WHEN draft.po_number <> '' AND twin.po_number = draft.po_number THEN 'has the same order number and amount'
    ELSE 'comes to the same amount' END
FROM billing_invoice draft
JOIN billing_invoice twin ON twin.customer_id = draft.customer_id AND twin.kind = draft.kind
    AND twin.total = draft.total AND twin.id <> draft.id AND twin.id IS DISTINCT FROM draft.replaces_id
    AND twin.status <> %(void)s AND (draft.status = %(draft)s OR twin.id < draft.id)
WHERE draft.id = ANY (%(drafts)s) AND (
    twin.period_from = draft.period_from
    OR (draft.po_number <> '' AND twin.po_number = draft.po_number)
    OR (draft.total <> 0 AND draft.period_from IS NULL AND twin.period_from IS NULL
        AND abs(COALESCE(draft.dated_on, %(today)s) - COALESCE(twin.dated_on, %(today)s)) <= %(apart)s))
ORDER BY draft.id, twin.id DESC
"""


def twins_of(draft_ids: Collection[int], today: date) -> dict[int, tuple[Invoice, str]]:
    """The latest document that each of these looks like, where there is one, and in what they are alike.

    Of issued documents that is one made before, so that of two that are alike the second is told of.
    """
    parameters: dict[str, Any] = {
        "drafts": list(draft_ids),
        "void": DocumentStatus.VOID,
        "draft": DocumentStatus.DRAFT,
        "today": today,
        "apart": DAYS_APART,
    }
    with connection.cursor() as cursor:
        cursor.execute(TWINS, parameters)
        found = cursor.fetchall()
    twins = Invoice.objects.in_bulk({twin_id for _, twin_id, _ in found})
    return {draft_id: (twins[twin_id], likeness) for draft_id, twin_id, likeness in found if twin_id in twins}
