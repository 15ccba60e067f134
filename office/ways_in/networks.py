"""Networks that a program may call from, as people type them."""

from collections.abc import Collection, Iterable
from ipaddress import IPv6Address, ip_address, ip_network

from ledger.refusals import Refused

MOST = 50


def read_networks(typed: Iterable[str]) -> list[str]:
    """Networks in one way of writing, without doubles. Raises Refused for what is none, or would limit nothing."""
    found: dict[str, None] = {}
    for text in (each.strip() for each in typed):
        if text:
            found[_read(text)] = None
    if len(found) > MOST:
        raise Refused(f"A key has at most {MOST} networks.", code="too_many_networks")
    return list(found)


def holds(networks: Collection[str], address: str) -> bool:
    """Whether an address is in one of the networks; an IPv4 address that came as IPv6 is itself."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return any(found in ip_network(network) for network in networks)


def _read(text: str) -> str:
    try:
        network = ip_network(text, strict=False)
        is_exact = str(network.network_address) == str(ip_address(text.partition("/")[0]))
    except ValueError as error:
        raise Refused(f"“{text[:60]}” is no network, such as 203.0.113.0/24.", code="bad_network") from error
    if not is_exact:
        raise Refused(f"“{text}” is an address within {network}. Write one or the other.", code="bad_network")
    if not network.prefixlen:
        raise Refused(f"{network} is every address there is. Leave the networks empty.", code="bad_network")
    return str(network)
