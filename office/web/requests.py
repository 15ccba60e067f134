"""What a request brings along, as types: the middleware and the doors see to it, nothing is made of these classes."""

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from office.models import Company, User

ADDRESS = "address"
"""`part=address` asks a page for its own address, as far as it makes sense: what a saved view keeps."""


@dataclass(frozen=True)
class Background:
    """That a page is asked for somebody who does not wait; `told` takes how many rows were read so far."""

    told: Callable[[int], None] = lambda count: None


class OfficeRequest(HttpRequest):
    """What every page gets, also before log-in: the companies that the person may work in, and the one they chose.

    `background` is there only where office.web.asking asks.
    """

    company: Company | None
    companies: list[Company]
    htmx: HtmxDetails
    background: Background


class StaffRequest(OfficeRequest):
    """What a page behind a staff door gets: somebody who is logged in, and the company they work in."""

    user: User
    company: Company


class ApiRequest(Request):
    """What an endpoint gets: a caller who has shown who they are."""

    user: User
    _request: OfficeRequest
