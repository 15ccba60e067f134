"""Opening a company: the office's row and the book's accounts belong together."""

from typing import Any
from zoneinfo import available_timezones

from django.db import transaction

from billing.reason_codes import add_usual_reasons
from ledger.accounts import open_accounts
from ledger.money import UnknownCurrency, places
from ledger.refusals import Refused
from office.audit import record
from office.models import Company


@transaction.atomic
def open_company(**details: Any) -> Company:
    """A company with its book. Raises Refused for a currency or time zone that nobody knows."""
    try:
        places(details["currency"])
    except UnknownCurrency as error:
        raise Refused(str(error), code="bad_currency") from error
    if details.get("time_zone", "UTC") not in available_timezones():
        raise Refused(f"{details['time_zone']} is not a time zone. Write it like Europe/Berlin.", code="bad_time_zone")
    company = Company.objects.create(**details)
    open_accounts(company.pk)
    add_usual_reasons(company)
    record(None, "open_company", company)
    return company
