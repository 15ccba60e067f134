"""What customers say they paid, for as long as we look for it before we ask again."""

from collections.abc import Collection
from datetime import date, timedelta

from credit_control.models import policy_of
from office.models import Company
from payments.paid_notices import open_notices


def told_until(company: Company, item_ids: Collection[int], today: date) -> dict[int, date]:
    """By item, until when it waits for the payment that a customer told of, where that is not past."""
    notices = open_notices(item_ids)
    if not notices:
        return {}
    wait = timedelta(days=policy_of(company).paid_notice_days)
    until = {item_id: notice.told_on + wait for item_id, notice in notices.items()}
    return {item_id: day for item_id, day in until.items() if wait and day >= today}
