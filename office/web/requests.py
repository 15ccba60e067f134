"""What a request brings along, as types: the middleware and the doors see to it, nothing is made of these classes."""

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails
from rest_framework.request import Request

from office.models import Company, User


class OfficeRequest(HttpRequest):
    """What every page gets, also before log-in: the companies that the person may work in, and the one they chose."""

    company: Company | None
    companies: list[Company]
    htmx: HtmxDetails


class StaffRequest(OfficeRequest):
    """What a page behind a staff door gets: somebody who is logged in, and the company they work in."""

    user: User
    company: Company


class ApiRequest(Request):
    """What an endpoint gets: a caller who has shown who they are."""

    user: User
    _request: OfficeRequest
