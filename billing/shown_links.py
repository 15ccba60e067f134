"""The links of a customer's contacts, as staff see them: to documents, and what other rooms add."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Q, QuerySet
from django.urls import reverse

from billing.access import invoices_for
from billing.models import DocumentLink, Invoice, OpeningKind
from customers.models import Customer
from customers.panels import Panel
from office.models import User

LATEST = 8


@dataclass(frozen=True)
class ShownLink:
    """A link with its openings: what it opens, and where it is stopped or renewed."""

    link: Any
    opens: str
    revoke_url: str
    renew_url: str

    @property
    def state(self) -> str:
        """One of live, run_out, revoked."""
        if self.link.revoked_at:
            return "revoked"
        return "run_out" if self.link.has_run_out else "live"


Reader = Callable[[User, Customer, int], list[ShownLink]]
READERS: list[Reader] = []


def register_links(reader: Reader) -> None:
    """Let every customer's pages show so many of these links, too, the newest first."""
    if reader not in READERS:
        READERS.append(reader)


def with_openings(links: QuerySet[Any]) -> QuerySet[Any]:
    """Add when each link was last opened, and last seen by a person."""
    seen = Q(openings__kind=OpeningKind.SEEN)
    return links.annotate(
        opened_at=Max("openings__opened_at"), seen_at=Max("openings__opened_at", filter=seen)
    ).select_related("contact")


def links_of(invoice: Invoice) -> list[ShownLink]:
    """All links to a document, the newest first."""
    return [_shown(link, "") for link in with_openings(invoice.links.all())]


def document_links(user: User, customer: Customer, most: int = LATEST) -> list[ShownLink]:
    """The newest links to a customer's documents."""
    links = DocumentLink.objects.filter(invoice__in=invoices_for(user).filter(customer=customer))
    newest = with_openings(links).select_related("contact", "invoice").order_by("-pk")[:most]
    return [_shown(link, link.invoice.number) for link in newest]


def _shown(link: DocumentLink, opens: str) -> ShownLink:
    urls = (reverse(f"billing:{act}_link", args=[link.pk]) for act in ("revoke", "renew"))
    return ShownLink(link, opens, *urls)


def newest_links(user: User, customer: Customer, most: int) -> list[ShownLink]:
    """So many links to a customer's papers, of all kinds together, the newest first."""
    rows = [row for reader in (document_links, *READERS) for row in reader(user, customer, most)]
    return sorted(rows, key=lambda row: row.link.created_at, reverse=True)[:most]


def links(user: User, customer: Customer) -> dict[str, Any] | None:
    """The newest links of all kinds, and whether there are more; nothing for a customer who has none."""
    if not user.has_perm("billing.view_invoice"):
        return None
    rows = newest_links(user, customer, LATEST + 1)
    return {"links": rows[:LATEST], "customer": customer, "has_more": len(rows) > LATEST} if rows else None


LINKS_PANEL = Panel("billing/_links_panel.html", links)
