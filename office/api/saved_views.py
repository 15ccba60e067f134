"""Saved views, for programs."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import SavedView
from office.operations.keep_view import delete_view, save_view
from office.views import get_view_for, views_for
from office.web.asking import known_address
from office.web.doors import EVERYBODY
from office.web.requests import ApiRequest


class SavedViewOut(serializers.ModelSerializer):
    """A list or report as somebody keeps it; `address` is where a browser sees it."""

    address = serializers.CharField()

    class Meta:
        model = SavedView
        fields = ["id", "name", "title", "address", "owner", "is_shared", "changed_at"]


class SavedViewPage(serializers.Serializer):
    """A page of views."""

    results = SavedViewOut(many=True)
    next = serializers.CharField(allow_null=True)


class SavedViewIn(Input):
    """A view to keep: what of the address its page does not know is left out."""

    name = serializers.CharField(max_length=100)
    address = serializers.CharField(max_length=4000, help_text="Such as /invoices/?state=overdue&sort=due_on.")
    is_shared = serializers.BooleanField(required=False, default=False)
    replaces = serializers.BooleanField(
        required=False, default=False, help_text="Instead of the caller's of that name."
    )


class SavedViewsView(ApiView):
    """Saved views."""

    room = "office"
    permission = {"get": EVERYBODY, "post": EVERYBODY}

    @extend_schema(operation_id="list_views", parameters=[PageQuery], responses=SavedViewPage)
    def get(self, request: ApiRequest) -> Response:
        """The caller's own views, and those that others share."""
        query = checked(PageQuery, request.query_params.dict())
        found, following = page_of(views_for(request.user).filter(company=company_of(request)), query, "views")
        return Response(SavedViewPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="save_view", request=SavedViewIn, responses={201: SavedViewOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Keep a view; the same Idempotency-Key keeps one."""
        data, company = checked(SavedViewIn, request.data), company_of(request)
        shows = known_address(request.user, company, data.pop("address"))
        return Response(SavedViewOut(save_view(company, data.pop("name"), shows, by=request.user, **data)).data, 201)


class SavedViewView(ApiView):
    """One saved view."""

    locks = "office.SavedView"
    room = "office"
    permission = {"get": EVERYBODY, "delete": EVERYBODY}

    @extend_schema(operation_id="read_view", responses=SavedViewOut)
    def get(self, request: ApiRequest, view_id: int) -> Response:
        """What it shows, and whose it is."""
        return Response(SavedViewOut(get_view_for(request.user, view_id)).data)

    @extend_schema(operation_id="delete_view", responses={204: None})
    def delete(self, request: ApiRequest, view_id: int) -> Response:
        """Take it away, and its schedules with it: one's own, or as an administrator a shared one."""
        delete_view(get_view_for(request.user, view_id).pk, by=request.user)
        return Response(status=204)
