"""A door for programs."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from rest_framework.serializers import Serializer

from office.access import companies_for, found
from office.api.limited import Limited
from office.models import Company
from office.web.fields import typed_id
from office.web.requests import ApiRequest


class ApiView(Limited):
    """An endpoint. `permission` names, for each method it answers, what the caller must be allowed to do."""

    permission: ClassVar[dict[str, str]]
    room: ClassVar[str] = ""
    """The room of office.scopes that it is in, where its permission does not say it."""
    http_method_names = ["get", "head", "post", "put", "delete"]


def company_of(request: ApiRequest) -> Company:
    """The company the caller works in: the one named in the address or the header, else their first."""
    wanted = request.query_params.get("company") or request.headers.get("Company", "")
    company = _own_company(request, wanted) if wanted else request._request.company
    if not company:
        raise PermissionDenied("You work for no company yet.")
    return company


def _own_company(request: ApiRequest, wanted: str) -> Company:
    return found(companies_for(request.user).filter(pk=typed_id(wanted) or 0), "company")


def checked(serializer: type[Serializer[Any]], data: Any, **context: Any) -> dict[str, Any]:
    """The input as the serializer reads it; raises ValidationError naming each wrong field."""
    reader = serializer(data=data, context=context)
    reader.is_valid(raise_exception=True)
    read: dict[str, Any] = reader.validated_data
    return read
