"""What goes by the clock, for programs that watch it."""

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.fields import Query
from office.api.views import ApiView, checked
from office.web.requests import ApiRequest
from office.work.jobs import job_states

STATES = [(name, name) for name in ("done", "failed", "overdue", "waiting")]


class JobOut(serializers.Serializer):
    """A job of the schedule: how it went the last time, and when it is due."""

    name = serializers.CharField()
    state = serializers.ChoiceField(STATES, help_text="overdue: not begun for three times its interval.")
    every_seconds = serializers.IntegerField()
    started_at = serializers.DateTimeField(source="job.started_at", allow_null=True)
    done_at = serializers.DateTimeField(source="job.done_at", allow_null=True)
    next_at = serializers.DateTimeField(allow_null=True)
    count = serializers.IntegerField(source="job.count", allow_null=True, help_text="What it found to do.")
    failures = serializers.IntegerField(source="job.failures", help_text="How often since it last went well.")
    error = serializers.CharField(source="job.error")


class JobsOut(serializers.Serializer):
    """All of them, those that need a look first."""

    results = JobOut(many=True)


class JobsView(ApiView):
    """Jobs."""

    permission = {"get": "office.view_runs"}

    @extend_schema(operation_id="list_jobs", parameters=[Query], responses=JobsOut)
    def get(self, request: ApiRequest) -> Response:
        """What goes by the clock, how it went, and what is late."""
        checked(Query, request.query_params.dict())
        return Response(JobsOut({"results": job_states()}).data)
