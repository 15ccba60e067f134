"""Doors that count what each caller asks."""

from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from office.api.limits import EXPORTS, READS, WRITES, Allowance, require_within, take
from office.models import ApiToken


class Limited(APIView):
    """A door that counts what each caller asks, and says on each answer what is left."""

    allowance: Allowance | None = None

    def check_permissions(self, request: Request) -> None:
        """Count the request once it is known who calls, whether they may or not. Raises TooMany."""
        if caller := _caller(request):
            self.allowance = take(self._kind(request), caller)
            require_within(self.allowance)
        super().check_permissions(request)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        """The answer with what is left."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if self.allowance:
            for name, value in self.allowance.headers().items():
                answer.headers.setdefault(name, value)
        return answer

    def _kind(self, request: Request) -> str:
        if request.method not in ("GET", "HEAD"):
            return WRITES
        return EXPORTS if answers_files(self) else READS


def answers_files(view: APIView | type[APIView]) -> bool:
    """Whether a door answers something else than JSON when it is read, such as a PDF that is drawn for it."""
    return any(not issubclass(renderer, JSONRenderer) for renderer in view.renderer_classes)


def _caller(request: Request) -> str:
    if isinstance(request.auth, ApiToken):
        return f"key:{request.auth.pk}"
    return f"user:{request.user.pk}" if request.user.is_authenticated else ""
