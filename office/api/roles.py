"""Roles and what they may, for programs."""

from typing import Any

from django.contrib.auth.models import Group
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.access import found
from office.api.fields import IdIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked
from office.operations.change_role import add_role, change_role, held_by, put_role_back, remove_role
from office.roles import ROLES
from office.web.requests import ApiRequest

MANAGE = "office.manage_roles"


class RoleOut(serializers.ModelSerializer):
    """A role, and what it may in every company of the install."""

    permissions = serializers.SerializerMethodField()
    is_brought = serializers.SerializerMethodField(help_text="Duebook brings it; else it was made here.")

    class Meta:
        model = Group
        fields = ["id", "name", "is_brought", "permissions"]

    def get_permissions(self, role: Group) -> list[str]:
        return sorted(held_by(role))

    def get_is_brought(self, role: Group) -> bool:
        return role.name in ROLES


class RolePage(serializers.Serializer):
    """A page of roles."""

    results = RoleOut(many=True)
    next = serializers.CharField(allow_null=True)


class NewRoleIn(Input):
    """A role of one's own, which may at first what another may; without one it only looks at customers."""

    name = serializers.CharField(max_length=40)
    like = IdIn(required=False, allow_null=True, default=None)


class RoleIn(Input):
    """What a role may from now on, whole, and why."""

    permissions = serializers.ListField(child=serializers.CharField(max_length=100), max_length=500)
    reason = serializers.CharField(max_length=300)


def _role(group_id: int) -> Group:
    return found(Group.objects.filter(pk=group_id), "role")


class RolesView(ApiView):
    """Roles."""

    permission = {"get": MANAGE, "post": MANAGE}

    @extend_schema(operation_id="list_roles", parameters=[PageQuery], responses=RolePage)
    def get(self, request: ApiRequest) -> Response:
        """Each role with what it may."""
        query = checked(PageQuery, request.query_params.dict())
        rows, following = page_of(Group.objects.all(), query, "roles")
        return Response(RolePage({"results": rows, "next": following}).data)

    @extend_schema(operation_id="add_role", request=NewRoleIn, responses={201: RoleOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Make a role."""
        data: dict[str, Any] = checked(NewRoleIn, request.data)
        like = _role(data["like"]) if data["like"] else None
        return Response(RoleOut(add_role(data["name"], like, by=request.user)).data, 201)


class RoleView(ApiView):
    """One role."""

    permission = {"get": MANAGE, "put": MANAGE, "delete": MANAGE}
    locks = "auth.Group"

    @extend_schema(operation_id="get_role", responses=RoleOut)
    def get(self, request: ApiRequest, group_id: int) -> Response:
        """What it may."""
        return Response(RoleOut(_role(group_id)).data)

    @extend_schema(operation_id="change_role", request=RoleIn, responses=RoleOut)
    def put(self, request: ApiRequest, group_id: int) -> Response:
        """Let it do just this from now on. Nobody changes a role that they hold themselves."""
        data, role = checked(RoleIn, request.data), _role(group_id)
        return Response(RoleOut(change_role(role.pk, data["permissions"], data["reason"], by=request.user)).data)

    @extend_schema(operation_id="remove_role", responses={204: None})
    def delete(self, request: ApiRequest, group_id: int) -> Response:
        """Remove a role that was made here and that nobody holds."""
        remove_role(_role(group_id).pk, by=request.user)
        return Response(status=204)


class PutRoleBackView(ApiView):
    """Back to what it came with."""

    permission = {"post": MANAGE}

    @extend_schema(operation_id="put_role_back", request=None, responses=RoleOut)
    @idempotent
    def post(self, request: ApiRequest, group_id: int) -> Response:
        """Let it do again what Duebook brings."""
        return Response(RoleOut(put_role_back(_role(group_id).pk, by=request.user)).data)
