"""How often one may try to come in: the more failures, the longer the wait, and strangers' failures stop no owner.

Counted in Valkey. Who brings a cookie of a browser in which the person logged in before ("device cookies", OWASP) is
counted for that browser alone; all others by address, by account and address, and by account.
"""

import logging
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from time import time

from django.core.cache import cache
from redis import RedisError

from office.sealing import keyed_hash

log = logging.getLogger(__name__)

REMEMBERED = 24 * 60 * 60
FIRST_WAIT, LONGEST_WAIT = 5, 15 * 60
"""Seconds; each failure past the free ones doubles the wait."""


@dataclass(frozen=True)
class Counter:
    """What is counted together, and how many failures cost nothing."""

    key: str
    free: int


def counters(what: str, account: str, address: str, device: str = "") -> list[Counter]:
    """By which a try of this account from this address counts."""
    whose = keyed_hash(account.strip().lower())
    if device:
        return [Counter(f"tries:{what}:{whose}:device:{device}", 5)]
    net = network_of(address)
    return [
        Counter(f"tries:{what}:{net}", 30),
        Counter(f"tries:{what}:{whose}:{net}", 5),
        Counter(f"tries:{what}:{whose}", 10),
    ]


def seconds_to_wait(counted: list[Counter]) -> int:
    """Count a try before it is made, so that many at once are many; what is not 0 is how long to wait instead."""
    try:
        waits = {each.key: _wait(each) for each in counted}
        longest = max(waits.values(), default=0)
        for key in (key for key, wait in waits.items() if longest and not wait):
            _count(key, -1)  # it was no try after all
    except RedisError:
        log.warning("Tries to log in are not counted: Valkey is away.")
        return 0
    return longest


def forget(counted: list[Counter]) -> None:
    """After a success: what this person failed before does not count, what others failed at their account does."""
    try:
        if len(counted) == 1:
            cache.delete_many([counted[0].key, f"{counted[0].key}:wait"])
            return
        net, own, account = (each.key for each in counted)
        cache.delete_many([own, f"{own}:wait"])
        for shared in (net, account):
            _count(shared, -1)
    except RedisError:
        log.warning("Tries to log in are not counted: Valkey is away.")


def _wait(counter: Counter) -> int:
    count = _count(counter.key, 1)
    if count <= counter.free:
        return 0
    wait = min(FIRST_WAIT * 2 ** min(count - counter.free - 1, 20), LONGEST_WAIT)
    until = time() + wait
    if cache.add(f"{counter.key}:wait", until, timeout=wait):
        return 0  # the one try of this wait
    _count(counter.key, -1)
    return max(int(cache.get(f"{counter.key}:wait", time()) - time()) + 1, 1)


def _count(key: str, change: int) -> int:
    cache.add(key, 0, timeout=REMEMBERED)
    try:
        return int(cache.incr(key, change))
    except ValueError:  # it ran out in between
        return 0


def network_of(address: str) -> str:
    """The address, of IPv6 the /64 that one household has."""
    try:
        found = ip_address(address)
    except ValueError:
        return "nowhere"
    if found.version == 4:
        return str(found)
    mapped = found.ipv4_mapped
    return str(mapped) if mapped else str(ip_network((found, 64), strict=False).network_address)
