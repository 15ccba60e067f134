"""What the description of the API says of every endpoint alike."""

import re
from typing import Any, Literal, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework.serializers import Serializer

from office.api.errors import PROBLEM, Problem
from office.api.etags import needs_match, object_at
from office.api.idempotency import HEADER, LONGEST_KEY
from office.api.permissions import scope_at
from office.api.views import ApiView

KEY = OpenApiParameter(
    HEADER,
    {"type": "string", "maxLength": LONGEST_KEY},
    OpenApiParameter.HEADER,
    required=True,
    description="New for each new fact; the same for each try to send it.",
)
COMPANY = OpenApiParameter(
    "Company", int, OpenApiParameter.HEADER, description="The company to work in; else the caller's first."
)
NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="The ETag of an answer that one has: 304 if it is still that.",
)
FIELDS = OpenApiParameter(
    "fields",
    str,
    description="Only these fields of the answer, or of each of its `results`: names with commas, `customer.name` for "
    "one inside another. One that there is not is refused with those there are.",
)
NOT_CHANGED = {"description": "Nothing changed: what If-None-Match names is it still."}


def match(is_required: bool) -> OpenApiParameter:
    """The header that says what the caller has read; a body that must name its `version` says it, too."""
    return OpenApiParameter(
        "If-Match",
        str,
        OpenApiParameter.HEADER,
        required=is_required,
        description="The ETag that reading the object gave: 412 if it is another now. It is compared under its lock.",
    )


TOO_MANY = {
    "headers": {
        "Retry-After": {"schema": {"type": "integer"}, "description": "Seconds until one more request is within."},
        "RateLimit": {"schema": {"type": "string"}, "description": "What is left, on each answer: `r` of the quota."},
        "RateLimit-Policy": {"schema": {"type": "string"}, "description": "The quota `q` in a window of `w` seconds."},
    }
}


class ApiSchema(AutoSchema):
    """Adds the headers and the one form of refusal."""

    def get_description(self) -> str:  # type: ignore[override]  # the description of drf-spectacular
        """What an endpoint does, and the scope that a key needs for it."""
        scope = scope_at(self._door, self.method.lower())
        return f"{super().get_description()}\n\nScope of a key: `{scope}`."

    def is_deprecated(self) -> bool:
        """Whether the door will end."""
        return bool(getattr(self._door, "deprecation", None))

    def get_override_parameters(self) -> list[Any]:
        """The headers of an endpoint."""
        read = [NONE_MATCH] if self.method == "GET" else []
        read += [FIELDS] if self.method == "GET" and self._has_fields() else []
        return [COMPANY, *([KEY] if self.method == "POST" else []), *read, *self._match()]

    def _match(self) -> list[OpenApiParameter]:
        """The header by which a write says what the caller has read."""
        found = object_at(re.sub(r"\{\w+\}", "1", self.path)) if self.method != "GET" else None
        return [match(needs_match(type(self._door), self.method))] if found else []

    def _has_fields(self) -> bool:
        shown = self.get_response_serializers()
        shown = next(iter(shown.values())) if isinstance(shown, dict) else shown
        return isinstance(shown, Serializer) or (isinstance(shown, type) and issubclass(shown, Serializer))

    @property
    def _door(self) -> ApiView:
        return cast(ApiView, self.view)

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        problem = self.resolve_serializer(Problem, "response")
        refusal = {"content": {PROBLEM: {"schema": problem.ref}}, "description": "Not done, and why."}
        answers = super()._get_response_bodies(direction)
        if self.method == "GET":
            answers |= {"304": NOT_CHANGED}
        return answers | {"429": TOO_MANY | refusal, "default": refusal}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers itself
    """How a program logs in."""

    target_class = "office.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """The scheme as OpenAPI names it."""
        return {"type": "http", "scheme": "bearer"}
