"""How the API says no: one form for all, as RFC 9457 has it."""

from http import HTTPStatus
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, serializers

from ledger.refusals import Refused
from office.web.doors import open_door

PROBLEM = "application/problem+json"


class Problem(serializers.Serializer):
    """Why a request was not done."""

    type = serializers.CharField(help_text="A name for this kind of problem.")
    title = serializers.CharField(help_text="What the status means.")
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="The kind of problem, for a program to decide by.")
    detail = serializers.CharField(help_text="Cause and way out, for a person to read.")
    hits = serializers.ListField(
        child=serializers.DictField(),
        required=False,
        help_text="Customers whom this may be, with what they have alike.",
    )
    results = serializers.ListField(
        child=serializers.DictField(), required=False, help_text="What each row of many would have been answered."
    )
    errors = serializers.DictField(  # type: ignore[assignment]  # a field, not what the framework found wrong
        required=False, help_text="What is wrong with the input, by field."
    )


class Unavailable(exceptions.APIException):
    """Something that is needed cannot be had now; trying again later is safe."""

    status_code = 503


def answer_error(error: Exception, context: dict[str, Any]) -> JsonResponse | None:
    """The answer to a request that was refused, wrong or for nothing; None for a bug."""
    match error:
        case Refused():
            return problem(409, error.code, error.message, **error.more)
        case Http404():
            return problem(404, "not_found", "There is no such thing, or it is not yours to see.")
        case PermissionDenied():
            return problem(403, "permission_denied", str(error) or "You may not do this.")
        case exceptions.ValidationError():
            return problem(400, "invalid_input", "Some of the input cannot be so.", errors=error.detail)
        case exceptions.APIException():
            return _of_framework(error)
    return None


@csrf_exempt
@open_door
def no_such_address(request: HttpRequest, address: str) -> JsonResponse:
    """What a program hears that calls an address we do not have."""
    return problem(404, "not_found", "The API has no such address. /api/schema/ lists those it has.")


def problem(status: int, code: str, detail: str, **more: Any) -> JsonResponse:
    """A refusal in the form that all have."""
    body = {"type": f"urn:duebook:{code}", "title": HTTPStatus(status).phrase, "status": status, "code": code}
    return JsonResponse(body | {"detail": detail} | more, status=status, content_type=PROBLEM)


def _of_framework(error: exceptions.APIException) -> JsonResponse:
    detail = error.detail
    code = detail.code if isinstance(detail, exceptions.ErrorDetail) else error.default_code
    answer = problem(error.status_code, str(code), str(detail))
    if challenge := getattr(error, "auth_header", None):
        answer["WWW-Authenticate"] = challenge
    for name, value in getattr(error, "headers", {}).items():
        answer[name] = value
    return answer
