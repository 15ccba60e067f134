from datetime import timedelta
from ipaddress import ip_address, ip_network
from typing import Any

from django.db.models import Manager
from django.utils import timezone

from billing.models import DocumentLink, LinkOpening, OpeningKind
from ledger.refusals import Refused

MOST_AN_HOUR = 60
"""Touches and sent forms of one link."""


def note_opening(link: DocumentLink, kind: OpeningKind, address: str) -> None:
    """Write down whose link was used and how; of the address only the network, never the whole."""
    LinkOpening.objects.create(link=link, kind=kind, address_prefix=network_of(address))


def network_of(address: str) -> str:
    """The network an address belongs to; nothing for what is no address."""
    try:
        bits = 24 if ip_address(address).version == 4 else 48
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{bits}", strict=False))


def require_not_too_often(openings: Manager[Any]) -> None:
    """Raise Refused where a link was used for more in the last hour than a person does."""
    used = openings.filter(kind=OpeningKind.SEEN, opened_at__gt=timezone.now() - timedelta(hours=1))
    if used.count() > MOST_AN_HOUR:
        raise Refused("This link was used too often just now. Try again later.", code="too_often")
