"""What people say about papers and customers, for programs."""

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import IdIn, Input, Query
from office.api.idempotency import idempotent
from office.api.views import ApiView, checked
from office.mail.to_staff import comments_for
from office.models import Comment
from office.operations.comment import comment, withdraw_comment
from office.talk.todo import comments_about
from office.talk.topics import get_thing_for
from office.web.requests import ApiRequest


class CommentOut(serializers.ModelSerializer):
    """What somebody said; withdrawn, without its words."""

    body = serializers.SerializerMethodField()

    class Meta:
        model = Comment
        fields = ["id", "about_type", "about_id", "task", "by", "body", "mentions", "made_at", "withdrawn_at"]

    def get_body(self, row: Comment) -> str:
        return "" if row.withdrawn_at else row.body


class CommentsOut(serializers.Serializer):
    """What was said about a thing, oldest first."""

    results = CommentOut(many=True)


class CommentIn(Input):
    """What is said about a paper or customer; @ and a name tells somebody by mail."""

    about_type = serializers.CharField(max_length=40)
    about_id = IdIn()
    body = serializers.CharField(max_length=5000)


class CommentsQuery(Query):
    """About what."""

    about_type = serializers.CharField(max_length=40)
    about_id = IdIn()


class CommentsView(ApiView):
    """What is said about papers and customers."""

    permission = {"get": "office.view_task", "post": "office.talk"}

    @extend_schema(operation_id="list_comments", parameters=[CommentsQuery], responses=CommentsOut)
    def get(self, request: ApiRequest) -> Response:
        """What was said about a thing, oldest first."""
        query = checked(CommentsQuery, request.query_params.dict())
        _company, about = get_thing_for(request.user, query["about_type"], query["about_id"])
        said = comments_about(about.type, about.id).prefetch_related("mentions")
        return Response(CommentsOut({"results": said}).data)

    @extend_schema(operation_id="comment", request=CommentIn, responses={201: CommentOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Say something about a paper or customer."""
        data = checked(CommentIn, request.data)
        company, about = get_thing_for(request.user, data["about_type"], data["about_id"])
        return Response(CommentOut(comment(company, about, data["body"], by=request.user)).data, 201)


class WithdrawView(ApiView):
    """Words taken back."""

    permission = {"post": "office.talk"}

    @extend_schema(operation_id="withdraw_comment", request=None, responses=CommentOut)
    @idempotent
    def post(self, request: ApiRequest, comment_id: int) -> Response:
        """Take one's own words back shortly after."""
        row = comments_for(request.user).filter(pk=comment_id).first()
        if row is None:
            raise Http404("No such comment.")
        return Response(CommentOut(withdraw_comment(row.pk, by=request.user)).data)
