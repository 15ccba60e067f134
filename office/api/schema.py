"""What the description of the API says of every endpoint alike."""

from typing import Any, Literal, cast

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from office.api.errors import PROBLEM, Problem
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
        scope = scope_at(cast(ApiView, self.view), self.method.lower())
        return f"{super().get_description()}\n\nScope of a key: `{scope}`."

    def get_override_parameters(self) -> list[Any]:
        """The headers of an endpoint."""
        return [COMPANY, KEY] if self.method == "POST" else [COMPANY]

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        problem = self.resolve_serializer(Problem, "response")
        refusal = {"content": {PROBLEM: {"schema": problem.ref}}, "description": "Not done, and why."}
        return super()._get_response_bodies(direction) | {"429": TOO_MANY | refusal, "default": refusal}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # it registers itself
    """How a program logs in."""

    target_class = "office.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """The scheme as OpenAPI names it."""
        return {"type": "http", "scheme": "bearer"}
