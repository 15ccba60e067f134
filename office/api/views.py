"""A door for programs."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from rest_framework.request import Request
from rest_framework.serializers import Serializer

from office.access import companies_for, found
from office.api.changes import Deprecation
from office.api.etags import as_read, with_etag
from office.api.limited import Limited
from office.api.sparse import sparse
from office.models import Company
from office.persons import kept_reading, read_as, reading_as
from office.web.fields import typed_id
from office.web.requests import ApiRequest


class ApiView(Limited):
    """An endpoint. `permission` names, for each method it answers, what the caller must be allowed to do."""

    permission: ClassVar[dict[str, str]]
    room: ClassVar[str] = ""
    """The room of office.scopes that it is in, where its permission does not say it."""
    locks: ClassVar[str] = ""
    """The model whose row is locked while a write compares what `get` shows with what the caller has read; the row's id
    stands last in the address. Empty: it shows no object that changes."""
    is_versioned: ClassVar[bool] = False
    """Whether what is put here says in its body which `version` was read."""
    deprecation: ClassVar[Deprecation | None] = None
    """Said where the door will end: office.api.changes."""
    http_method_names = ["get", "head", "post", "put", "delete"]

    def __init_subclass__(cls) -> None:
        """Let each answer show the fields that are wanted, and each change hold only for what the caller has read."""
        for name, guard in (("get", sparse), ("put", as_read), ("delete", as_read)):
            if handler := cls.__dict__.get(name):
                setattr(cls, name, guard(handler))

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let the caller in, and show persons as they may see them."""
        super().initial(request, *args, **kwargs)
        read_as(request.user)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """The answer; what was read has an ETag."""
        with reading_as(None):
            answer = kept_reading(super().dispatch(request, *args, **kwargs))
        answer = with_etag(request, answer) if request.method in ("GET", "HEAD") else answer
        for name, said in self.deprecation.headers().items() if self.deprecation else ():
            answer[name] = said
        return answer


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
