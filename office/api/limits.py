"""How much a caller may ask in a minute: a bucket in Valkey for each key, or for each person whose session calls
or opens pages.

A bucket holds as many requests as the quota says and fills evenly. Where Valkey is away nothing is counted and all
are let through: a limit is a courtesy to others, no lock.
"""

import logging
import time
from functools import cache
from math import ceil
from typing import Any, NamedTuple

from django.conf import settings
from redis import Redis, RedisError
from rest_framework.exceptions import APIException

logger = logging.getLogger(__name__)
WINDOW = 60
"""Seconds in which an empty bucket fills."""
READS, WRITES, EXPORTS, FAILED, PAGES = "reads", "writes", "exports", "failed-keys", "pages"
TAKE = """
local quota, window, now = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local bucket = redis.call('HMGET', KEYS[1], 'left', 'at')
local left, at = tonumber(bucket[1]) or quota, tonumber(bucket[2]) or now
if now > at then left, at = math.min(quota, left + (now - at) * quota / window), now end
local taken = 0
if left >= 1 then left, taken = left - 1, 1 end
redis.call('HSET', KEYS[1], 'left', tostring(left), 'at', tostring(at))
redis.call('EXPIRE', KEYS[1], window)
return {taken, tostring(left)}
"""
"""Takes one from a bucket, if there is one, in a single step: of two at once none takes the other's."""


class Allowance(NamedTuple):
    """What is left of a quota after a request."""

    name: str
    quota: int
    left: float
    is_within: bool

    @property
    def full_in(self) -> int:
        """Seconds until the whole quota is there again."""
        return ceil((self.quota - self.left) * WINDOW / self.quota)

    @property
    def wait(self) -> int:
        """Seconds until one more request is within."""
        return max(1, ceil((1 - self.left) * WINDOW / self.quota))

    def headers(self) -> dict[str, str]:
        """What the answer says of it, as draft-ietf-httpapi-ratelimit-headers has it."""
        return {
            "RateLimit-Policy": f'"{self.name}";q={self.quota};w={WINDOW}',
            "RateLimit": f'"{self.name}";r={int(self.left)};t={self.full_in}',
        }


class TooMany(APIException):
    """More than the caller may ask in a minute."""

    status_code = 429

    def __init__(self, allowance: Allowance) -> None:
        super().__init__(
            f"At most {allowance.quota} {allowance.name.replace('-', ' ')} a minute. Try again in {allowance.wait} s.",
            code="too_many_requests",
        )
        self.headers = allowance.headers() | {"Retry-After": str(allowance.wait)}


def require_within(allowance: Allowance | None) -> None:
    """Raise TooMany where nothing was left."""
    if allowance and not allowance.is_within:
        raise TooMany(allowance)


def take(name: str, whose: str) -> Allowance | None:
    """Take one from somebody's bucket; None where there is no limit, or nobody to ask."""
    quota = settings.LIMITS[name]
    if not quota:
        return None
    try:
        taken, left = _bucket(settings.REDIS_URL)(keys=[f"limit:{name}:{whose}"], args=[quota, WINDOW, time.time()])
    except RedisError as error:
        logger.warning("Valkey is away, so nothing is limited: %s", error)
        return None
    return Allowance(name, quota, float(left), bool(taken))


@cache
def _bucket(url: str) -> Any:
    return Redis.from_url(url, socket_timeout=1, socket_connect_timeout=1).register_script(TAKE)
