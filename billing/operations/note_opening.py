from ipaddress import ip_address, ip_network

from billing.models import DocumentLink, LinkOpening, OpeningKind


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
