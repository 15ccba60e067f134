from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from ledger.refusals import Refused
from office.access import companies_for
from office.audit import record
from office.models import ApiToken, Company, User
from office.scopes import EVERYTHING, SCOPES
from office.ways_in.networks import read_networks
from office.ways_in.tokens import hash_of, new_secret

USUAL_DAYS, MOST_DAYS = 365, 730


@dataclass(frozen=True)
class KeyDetails:
    """What a key may do, for how many days, in which company alone, and from which networks alone."""

    scopes: Collection[str] = (EVERYTHING,)
    days: int = USUAL_DAYS
    company: Company | None = None
    networks: Collection[str] = ()


@transaction.atomic
def create_api_token(
    name: str, details: KeyDetails = KeyDetails(), *, by: User, now: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a person a key for a program that acts as they do; only this answer holds its secret.

    Raises Refused without a name or a scope, for a scope or network that is none, for another company than one of
    theirs, and for more than two years.
    """
    now = now or timezone.now()
    if not name.strip():
        raise Refused("Say which program the key is for.", code="name_missing")
    if not details.scopes or set(details.scopes) - {EVERYTHING, *SCOPES}:
        raise Refused("Choose what the key may do.", code="bad_scope")
    if not 1 <= details.days <= MOST_DAYS:
        raise Refused(f"A key works for 1 to {MOST_DAYS} days.", code="bad_days")
    if details.company and not companies_for(by).filter(pk=details.company.pk).exists():
        raise Refused("You do not work for that company.", code="other_company")
    secret = new_secret()
    token = ApiToken.objects.create(
        user=by,
        name=name.strip()[:100],
        hash=hash_of(secret),
        scopes=_kept(details.scopes),
        company=details.company,
        networks=read_networks(details.networks),
        expires_at=now + timedelta(days=details.days),
    )
    record(by, "create_api_token", token, after=_said(token))
    return token, secret


def _kept(scopes: Collection[str]) -> list[str]:
    return [EVERYTHING] if EVERYTHING in scopes else [scope for scope in SCOPES if scope in scopes]


def _said(token: ApiToken) -> dict[str, str]:
    return {
        "scopes": ", ".join(token.scopes),
        "company": str(token.company or "all"),
        "networks": ", ".join(token.networks) or "any",
        "expires": f"{token.expires_at:%Y-%m-%d}",
    }
