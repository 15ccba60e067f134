"""How many pages one person may ask for in a minute: so many that only a script or a key that sticks meets it.

Each person has a bucket of their own, filled as those of programs are; where Valkey is away nobody is limited.
"""

from office.api.limits import PAGES, take
from office.web.requests import OfficeRequest


def seconds_to_wait(request: OfficeRequest) -> int:
    """Count a page that somebody asked for; how long to wait instead of it, 0 where it is within."""
    if hasattr(request, "background"):  # a worker asks it for somebody
        return 0
    allowance = take(PAGES, f"user:{request.user.pk}")
    return 0 if allowance is None or allowance.is_within else allowance.wait
