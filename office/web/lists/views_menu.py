"""The views of a list that somebody saved: one's own first, then what others share."""

from functools import cached_property

from office.models import SavedView
from office.views import views_for
from office.web.requests import StaffRequest


class ViewsMenu:
    """The menu beside a list's filters. Its one query is made where it is drawn."""

    def __init__(self, request: StaffRequest, query: str) -> None:
        self.request, self.path = request, request.path
        self.query = "" if query == "?" else query

    @property
    def here(self) -> str:
        """The address that "Save view" keeps."""
        return self.path + self.query

    @cached_property
    def all(self) -> list[SavedView]:
        views = views_for(self.request.user).filter(company=self.request.company, path=self.path)
        return list(views.select_related("owner").order_by("name", "owner__name", "pk"))

    @property
    def own(self) -> list[SavedView]:
        return [view for view in self.all if view.owner_id == self.request.user.pk]

    @property
    def shared(self) -> list[SavedView]:
        return [view for view in self.all if view.owner_id != self.request.user.pk]
