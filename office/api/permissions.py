"""What a caller may do: every door names its permission for each method."""

from typing import TYPE_CHECKING

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

if TYPE_CHECKING:  # the framework reads this module while it makes its own views
    from office.api.views import ApiView


class NamedPermission(BasePermission):
    """Lets in staff who hold the permission that the view names for the method; a method it does not name is none."""

    def has_permission(self, request: Request, view: "ApiView") -> bool:  # type: ignore[override]  # ours alone
        """Whether the caller may use this door in this way."""
        method = "get" if request.method == "HEAD" else (request.method or "").lower()
        if method not in view.permission:
            raise MethodNotAllowed(request.method or "")
        return request.user.is_authenticated and request.user.has_perm(view.permission[method])
