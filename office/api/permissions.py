"""What a caller may do: every door names its permission for each method, and a key comes in within its scopes alone."""

from typing import TYPE_CHECKING

from rest_framework.exceptions import MethodNotAllowed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from office.models import ApiToken
from office.scopes import opens, scope_of

if TYPE_CHECKING:  # the framework reads this module while it makes its own views
    from office.api.views import ApiView


class NamedPermission(BasePermission):
    """Lets in staff who hold the permission that the view names for the method; a method it does not name is none.

    A key needs the door's scope besides: it never does more than its person may, and never more than it was given.
    """

    def has_permission(self, request: Request, view: "ApiView") -> bool:  # type: ignore[override]  # ours alone
        """Whether the caller may use this door in this way."""
        method = "get" if request.method == "HEAD" else (request.method or "").lower()
        if method not in view.permission:
            raise MethodNotAllowed(request.method or "")
        if not request.user.is_authenticated or not request.user.has_perm(view.permission[method]):
            return False
        if request.user.lacks_factor:  # of a session: a program's key is no person
            raise PermissionDenied("Your role needs a second factor: set it up first.", code="second_factor_missing")
        if isinstance(request.auth, ApiToken):
            _require_scope(request.auth, scope_at(view, method))
        return True


def scope_at(view: "ApiView | type[ApiView]", method: str) -> str:
    """The scope that a door asks for."""
    return scope_of(view.permission[method], method, getattr(view, "room", ""))


def _require_scope(key: ApiToken, scope: str) -> None:
    if not opens(key.scopes, scope):
        raise PermissionDenied(f"This key was not given {scope or 'this'}. Make one that was.", code="scope_missing")
