"""Tasks and questions, for programs."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.response import Response

from office.api.comments import CommentOut
from office.api.fields import IdIn, Input
from office.api.idempotency import idempotent
from office.api.paging import PageQuery, page_of
from office.api.views import ApiView, checked, company_of
from office.models import Company, Department, Task, TaskKind
from office.operations.comment import answer_task, ask_question
from office.operations.do_task import assign_task, finish_task, reopen_task
from office.operations.make_task import Receiver, make_task
from office.talk.todo import comments_of
from office.talk.topics import colleagues_of, for_me, get_task_for, get_thing_for, tasks_for
from office.web.requests import ApiRequest


class TaskOut(serializers.ModelSerializer):
    """Something to be done by a day, and by whom; done once `done_at` is set."""

    class Meta:
        model = Task
        fields = [
            *("id", "kind", "title", "note", "about_type", "about_id", "about_name", "assignee", "department"),
            *("due_on", "made_by", "made_at", "done_at", "done_by", "outcome"),
        ]


class TaskWithComments(TaskOut):
    """A task and what was said to it."""

    comments = serializers.SerializerMethodField()

    class Meta(TaskOut.Meta):
        fields = [*TaskOut.Meta.fields, "comments"]

    @extend_schema(responses=CommentOut(many=True))
    def get_comments(self, task: Task) -> list[dict[str, Any]]:
        return list(CommentOut(comments_of(task).prefetch_related("mentions"), many=True).data)


class TaskPage(serializers.Serializer):
    """A page of tasks."""

    results = TaskOut(many=True)
    next = serializers.CharField(allow_null=True)


class TaskQuery(PageQuery):
    """Which tasks."""

    mine = serializers.BooleanField(required=False, default=False, help_text="Yours, your department's or nobody's.")
    done = serializers.BooleanField(required=False, default=False, help_text="Those that are done, else those open.")


class ReceiverIn(Input):
    """Who is to do it: a member of staff by id, a department, or neither; and by when."""

    assignee = IdIn(required=False, allow_null=True, default=None)
    department = serializers.ChoiceField(Department.choices, required=False, default="", allow_blank=True)
    due_on = serializers.DateField(required=False, allow_null=True, default=None)


class TaskIn(ReceiverIn):
    """Something to be done, about a paper or customer where it is about one."""

    title = serializers.CharField(max_length=200)
    note = serializers.CharField(max_length=5000, required=False, default="", allow_blank=True)
    kind = serializers.ChoiceField(TaskKind.choices, required=False, default=TaskKind.OTHER)
    about_type = serializers.CharField(max_length=40, required=False, default="", help_text="Such as billing.invoice.")
    about_id = IdIn(required=False, allow_null=True, default=None)


class QuestionIn(ReceiverIn):
    """A question about a paper or customer."""

    about_type = serializers.CharField(max_length=40, help_text="Such as billing.invoice.")
    about_id = IdIn()
    body = serializers.CharField(max_length=5000)


class TaskOutcomeIn(Input):
    """What came of it."""

    outcome = serializers.CharField(max_length=500, required=False, default="", allow_blank=True)


class TaskAnswerIn(Input):
    """What is said to a task, and whether it is done by that."""

    body = serializers.CharField(max_length=5000)
    done = serializers.BooleanField(required=False, default=False)


def _receiver(company: Company, data: dict[str, Any]) -> Receiver:
    person = colleagues_of(company).filter(pk=data["assignee"]).first() if data["assignee"] else None
    if data["assignee"] and person is None:
        raise Http404("Nobody of that id works here.")
    return {"assignee": person, "department": data["department"]}


class TasksView(ApiView):
    """Tasks."""

    permission = {"get": "office.view_task", "post": "office.talk"}

    @extend_schema(operation_id="list_tasks", parameters=[TaskQuery], responses=TaskPage)
    def get(self, request: ApiRequest) -> Response:
        """The tasks of what the caller sees."""
        query = checked(TaskQuery, request.query_params.dict())
        tasks = tasks_for(request.user).filter(company=company_of(request), done_at__isnull=not query["done"])
        tasks = tasks.filter(for_me(request.user)) if query["mine"] else tasks
        found, following = page_of(tasks, query, "tasks")
        return Response(TaskPage({"results": found, "next": following}).data)

    @extend_schema(operation_id="make_task", request=TaskIn, responses={201: TaskOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Put something on somebody's list; the same Idempotency-Key makes one."""
        data, company, about = checked(TaskIn, request.data), company_of(request), None
        if data["about_type"] and data["about_id"]:
            company, about = get_thing_for(request.user, data["about_type"], data["about_id"])
        made = make_task(
            company,
            data["kind"],
            data["title"],
            key=f"api:{request.user.pk}:{request.headers['Idempotency-Key']}",
            about=about,
            due_on=data["due_on"],
            note=data["note"],
            by=request.user,
            **_receiver(company, data),
        )
        return Response(TaskOut(made).data, 201)


class QuestionsView(ApiView):
    """Questions."""

    permission = {"post": "office.talk"}

    @extend_schema(operation_id="ask_question", request=QuestionIn, responses={201: TaskOut})
    @idempotent
    def post(self, request: ApiRequest) -> Response:
        """Put a question about something to a person or department."""
        data = checked(QuestionIn, request.data)
        company, about = get_thing_for(request.user, data["about_type"], data["about_id"])
        said = _receiver(company, data)
        asked = ask_question(company, about, data["body"], due_on=data["due_on"], by=request.user, **said)
        return Response(TaskOut(asked).data, 201)


class TaskView(ApiView):
    """One task."""

    locks = "office.Task"
    permission = {"get": "office.view_task"}

    @extend_schema(operation_id="get_task", responses=TaskWithComments)
    def get(self, request: ApiRequest, task_id: int) -> Response:
        """A task with what was said to it."""
        return Response(TaskWithComments(get_task_for(request.user, task_id)).data)


class FinishView(ApiView):
    """Done."""

    permission = {"post": "office.talk"}

    @extend_schema(operation_id="finish_task", request=TaskOutcomeIn, responses=TaskOut)
    @idempotent
    def post(self, request: ApiRequest, task_id: int) -> Response:
        """Say that a task is done, and what came of it."""
        task = get_task_for(request.user, task_id)
        data = checked(TaskOutcomeIn, request.data)
        return Response(TaskOut(finish_task(task.pk, outcome=data["outcome"], by=request.user)).data)


class ReopenView(ApiView):
    """Not done after all."""

    permission = {"post": "office.talk"}

    @extend_schema(operation_id="reopen_task", request=None, responses=TaskOut)
    @idempotent
    def post(self, request: ApiRequest, task_id: int) -> Response:
        """Take "done" back."""
        return Response(TaskOut(reopen_task(get_task_for(request.user, task_id).pk, by=request.user)).data)


class AssignView(ApiView):
    """Somebody else's."""

    permission = {"post": "office.talk"}

    @extend_schema(operation_id="assign_task", request=ReceiverIn, responses=TaskOut)
    @idempotent
    def post(self, request: ApiRequest, task_id: int) -> Response:
        """Give an open task to somebody, or another day; without `due_on` the day stays."""
        task, data = get_task_for(request.user, task_id), checked(ReceiverIn, request.data)
        said = _receiver(task.company, data)
        given = assign_task(task.pk, due_on=data["due_on"] or task.due_on, by=request.user, **said)
        return Response(TaskOut(given).data)


class AnswerView(ApiView):
    """What is said to a task."""

    permission = {"post": "office.talk"}

    @extend_schema(operation_id="answer_task", request=TaskAnswerIn, responses={201: CommentOut})
    @idempotent
    def post(self, request: ApiRequest, task_id: int) -> Response:
        """Say something to a task, and that it is done by that where it is."""
        task, data = get_task_for(request.user, task_id), checked(TaskAnswerIn, request.data)
        said = answer_task(task, data["body"], finishes=data["done"], by=request.user)
        return Response(CommentOut(said).data, 201)
