"""What changed in the API, by day, and what within a version may: served beside its description."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import groupby
from typing import NamedTuple

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.http import http_date
from django.views.decorators.http import require_GET

from office.web.doors import staff_door
from office.web.requests import StaffRequest

PAGE = "/api/changes/"
NOTICE = timedelta(days=182)
"""How long a door at least works on after it was said that it will end."""


class Change(NamedTuple):
    """Something that changed, in words; `breaks` are the lines of office/api/kept_v1.txt that went."""

    on: date
    words: str
    breaks: tuple[str, ...] = ()


CHANGES = [
    Change(
        date(2026, 11, 29),
        "Keys have scopes, an end, networks, a company and a second secret. Those made before may do everything their "
        "owner may, and end a year from now.",
    ),
    Change(
        date(2026, 11, 29),
        "What a key asks in a minute is limited: RateLimit and RateLimit-Policy say what is left, 429 when again.",
    ),
    Change(
        date(2026, 11, 29),
        "Each answer to a read has an ETag. A PUT whose body names no version asks for If-Match (428), and every "
        "change of an object honours it (412).",
    ),
    Change(date(2026, 11, 29), "`fields` chooses what an answer shows."),
    Change(date(2026, 11, 29), "Many invoices, receipts or customers in one call, each row with its own answer."),
    Change(
        date(2026, 11, 30),
        "Approvals come in pages, so that those before the newest hundred are read, too: `next` says where.",
        breaks=("ApprovalsOut field next required",),
    ),
    Change(
        date(2026, 11, 30),
        "A load of an opening tells of its file: name, size and SHA-256.",
        breaks=("LoadOut field file required",),
    ),
    Change(
        date(2026, 11, 30),
        "Names, e-mail addresses, telephones and addresses of persons are masked (e•••@bramble.example) where the "
        "owner of a key may not see them. The fields are there always, as texts.",
        breaks=(
            "ChangeRequestOut field before: any",
            "ChangeRequestOut field wanted: any",
            "ChangeRequestWhole field before: any",
            "ChangeRequestWhole field wanted: any",
            "ContactOut field email required",
            "ContactOut field email: any",
            "ContactOut field phone required",
            "DisputeOut field said_by required",
            "DisputeRow field said_by required",
            "PlanOut field accepted_name required",
            "StatementMailOut field explanation required",
            "StatementMailOut field to_email required",
            "StatementMailOut field to_email: any",
        ),
    ),
    Change(
        date(2026, 11, 30),
        "The face of a company says where its privacy notice stands.",
        breaks=("FaceOut field privacy_notice required",),
    ),
    Change(
        date(2026, 11, 30),
        "Orders and shipments refuse a missing reason by the code reason_missing, as all else does, not by no_reason; "
        "a reason of more than 300 characters is refused by reason_too_long and no longer cut.",
    ),
    Change(date(2026, 11, 30), "A column of months or days by which a report sums up is of kind period; it was text."),
    Change(
        date(2026, 11, 30),
        "The worklist tells what customers paid or were credited that is not applied yet, and counts it as no risk.",
        breaks=("WorkOut field unapplied required",),
    ),
    Change(
        date(2026, 11, 30),
        "A row of a report has a note: what its page says below the first value, such as the customer's number.",
        breaks=("RowOut field note required",),
    ),
    Change(
        date(2026, 11, 30),
        "What a voided credit memo brings back is told apart as uncredited in activity and movements. It was among "
        "voided, and so counted as sales in the measures of performance.",
    ),
]
"""The newest last."""


@dataclass(frozen=True)
class Deprecation:
    """Since which day a door is not to be used in new programs, and until when it works."""

    since: date
    until: date

    def headers(self) -> dict[str, str]:
        """What each answer says of it (RFC 9745, RFC 8594)."""
        return {
            "Deprecation": f"@{_moment(self.since)}",
            "Sunset": http_date(_moment(self.until)),
            "Link": f'<{PAGE}>; rel="deprecation"; type="text/html"',
        }


def _moment(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp())


@require_GET
@staff_door("customers.view_customer")
def changes_page(request: StaffRequest) -> HttpResponse:
    """What changed, the newest first, and what may."""
    newest = sorted(CHANGES, key=lambda change: change.on, reverse=True)
    days = [(day, list(group)) for day, group in groupby(newest, key=lambda change: change.on)]
    return render(request, "office/api_changes.html", {"days": days, "notice_days": NOTICE.days})
