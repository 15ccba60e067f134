"""Seals of the audit trail: how far a chain went when a day was over, signed with a key the database does not hold.

Whoever owns the database alone may write a whole chain anew, but cannot sign it. A seal signs the one before it, too,
so that none can be left out; and who keeps one elsewhere can ask for it later (`manage.py check_audit --since`).
"""

import hmac
import json
from datetime import UTC, date, datetime, time, timedelta
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.conf import settings

from office.models import AuditSeal, Company
from office.sealing import key_bytes


def seal_of(row: AuditSeal, before: str) -> str:
    """The signature of what a row says, after the seal `before`: HMAC-SHA256 by AUDIT_SEAL_KEY."""
    said = [before, row.company_id, str(row.day), row.position, row.hash, row.records]
    said.append(row.sealed_at.astimezone(UTC).isoformat())
    return hmac.new(key_bytes(settings.AUDIT_SEAL_KEY, "audit seal"), json.dumps(said).encode(), sha256).hexdigest()


def fits(row: AuditSeal, before: str) -> bool:
    """Whether a seal is what our key makes of it after the one before."""
    return hmac.compare_digest(row.seal, seal_of(row, before))


def zone_of(company: Company | None) -> ZoneInfo:
    """Where a chain's days begin and end."""
    return ZoneInfo(company.time_zone if company else "UTC")


def day_in(company: Company | None, moment: datetime) -> date:
    """The day of a moment where a chain is at home."""
    return moment.astimezone(zone_of(company)).date()


def end_of(day: date, company: Company | None) -> datetime:
    """When a day is over there."""
    return datetime.combine(day + timedelta(days=1), time.min, zone_of(company))
