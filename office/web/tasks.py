"""What is to be done: the list, and the page of one task, where it is answered, given on and done."""

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from ledger.refusals import Refused
from office.models import Company, Department, Task, TaskKind
from office.operations.comment import answer_task
from office.operations.do_task import assign_task, finish_task, reopen_task
from office.operations.make_task import Receiver, make_task
from office.talk.todo import comments_of, with_state
from office.talk.topics import colleagues_of, get_task_for, page_of, tasks_for
from office.web.doors import staff_door
from office.web.fields import set_choices
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, list_page
from office.web.requests import StaffRequest

SHOWN: dict[str, dict[str, Any]] = {
    "mine": {"is_mine": True, "done_at": None},
    "overdue": {"state": "overdue"},
    "done": {"done_at__isnull": False},
}
TASKS = ListSpec(
    name="tasks",
    title="Tasks",
    columns=(
        Column("title", "Task", "title", sort="title", url=lambda row: reverse("office:task", args=[row.pk])),
        Column("state", "State", "state", "state"),
        Column("due_on", "Due", "due_on", "day", sort="due_on"),
        Column(
            "about", "About", "about_name", url=lambda row: page_of(row.about_type, row.about_id), hide_below="phone"
        ),
        Column("whose", "For", lambda row: row.whose or "Anybody", hide_below="phone"),
        Column("kind", "Kind", lambda row: row.get_kind_display(), hide_below="tablet"),
        Column("made_by", "From", lambda row: str(row.made_by or "Duebook"), hide_below="tablet"),
    ),
    order="due_on",
    filters=(
        Choice(
            "show",
            "Show",
            lambda tasks, value: tasks.filter(**SHOWN[value]),
            choices=[("mine", "For me"), ("overdue", "Overdue"), ("done", "Done")],
        ),
        Choice("kind", "Kind", "kind", choices=TaskKind.choices),
        Choice("department", "Department", "department", choices=Department.choices),
        DateRange("due", "Due", "due_on"),
    ),
    search=("title", "about_name", "assignee__name"),
    search_hint="Task, paper or person",
    empty=Empty(
        "Nothing to do",
        "Questions, calls to make, letters to post and addresses that do not work are listed here.",
        "list-check",
        "office:task_new",
        "New task",
    ),
)


class ReceiverForm(forms.Form):
    """Who is to do something by when. A receiver is a person (`u7`) or a department."""

    nobody = "Anybody"

    receiver = forms.ChoiceField(label="For", required=False)
    due_on = forms.DateField(label="By", widget=forms.DateInput(attrs={"type": "date"}))

    def __init__(self, company: Company, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {f"u{person.pk}": person for person in colleagues_of(company)}
        people = [(key, str(person)) for key, person in self.people.items()]
        offered = [("", self.nobody), ("People", people), ("Departments", Department.choices)]
        set_choices(self, "receiver", offered)

    def receiver_of(self) -> Receiver:
        """The person or department that was chosen, as operations take them."""
        said = self.cleaned_data["receiver"]
        person = self.people.get(said)
        return {"assignee": person, "department": "" if person else said}


class TaskForm(ReceiverForm):
    """A task typed by hand."""

    field_order = ["title", "note", "receiver", "due_on"]

    title = forms.CharField(label="What is to be done", max_length=200)
    note = forms.CharField(max_length=5000, required=False, widget=forms.Textarea(attrs={"rows": 4}))
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)


@require_GET
@staff_door("office.view_task")
def task_list(request: StaffRequest) -> HttpResponseBase:
    """What is to be done, the most urgent first; what is done only where it is asked for."""
    tasks = _read(request, tasks_for(request.user).filter(company=request.company))
    if request.GET.get("show") != "done":
        tasks = tasks.filter(done_at=None)
    return list_page(request, TASKS, tasks, template="office/task_list.html")


@require_GET
@staff_door("office.view_task")
def task(request: StaffRequest, task_id: int) -> HttpResponse:
    """One task: what was said, and what can be done."""
    return _page(request, get_task_for(request.user, task_id))


@staff_door("office.talk")
def task_new(request: StaffRequest) -> HttpResponse:
    """Put something on somebody's list."""
    initial = {"due_on": request.company.today(), "receiver": f"u{request.user.pk}"}
    form = TaskForm(request.company, request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            made = make_task(
                request.company,
                TaskKind.OTHER,
                said["title"],
                key=f"typed:{request.user.pk}:{said['key'] or request.POST.get('csrfmiddlewaretoken', '')}",
                due_on=said["due_on"],
                note=said["note"],
                by=request.user,
                **form.receiver_of(),
            )
        except Refused as refusal:
            form.add_error(None, refusal.message)
        else:
            messages.success(request, "It is on the list.")
            return redirect("office:task", made.pk)
    return render(request, "office/task_new.html", {"form": form})


@require_POST
@staff_door("office.talk")
def answer(request: StaffRequest, task_id: int) -> HttpResponse:
    """Say something to a task, and that it is done where it is."""
    asked = get_task_for(request.user, task_id)
    body, finishes = request.POST.get("body", ""), request.POST.get("done") == "1"
    try:
        answer_task(asked, body, finishes=finishes, by=request.user)
        messages.success(request, "Answered, and done." if finishes else "Kept on the record.")
    except Refused as refusal:
        messages.error(request, refusal.message)
        return _page(request, asked, typed=body)
    return redirect("office:task", asked.pk)


@require_POST
@staff_door("office.talk")
def finish(request: StaffRequest, task_id: int) -> HttpResponse:
    """Done."""
    asked = get_task_for(request.user, task_id)
    try:
        finish_task(asked.pk, outcome=request.POST.get("outcome", ""), by=request.user)
        messages.success(request, f"Done: {asked.title}")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:task", asked.pk)


@require_POST
@staff_door("office.talk")
def reopen(request: StaffRequest, task_id: int) -> HttpResponse:
    """Not done after all."""
    asked = get_task_for(request.user, task_id)
    try:
        reopen_task(asked.pk, by=request.user)
        messages.success(request, f"Open again: {asked.title}")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:task", asked.pk)


@require_POST
@staff_door("office.talk")
def assign(request: StaffRequest, task_id: int) -> HttpResponse:
    """Give it to somebody else, or another day."""
    asked = get_task_for(request.user, task_id)
    form = ReceiverForm(asked.company, request.POST)
    if not form.is_valid():
        messages.error(request, "Choose who is to do it, and a day.")
        return redirect("office:task", asked.pk)
    try:
        assign_task(asked.pk, due_on=form.cleaned_data["due_on"], by=request.user, **form.receiver_of())
        messages.success(request, "Given on.")
    except Refused as refusal:
        messages.error(request, refusal.message)
    return redirect("office:task", asked.pk)


def _page(request: StaffRequest, asked: Task, typed: str = "") -> HttpResponse:
    shown = _read(request, Task.objects.filter(pk=asked.pk)).select_related("company", "assignee").get()
    receiver = f"u{shown.assignee_id}" if shown.assignee_id else shown.department
    context = {
        "task": shown,
        "page": page_of(shown.about_type, shown.about_id),
        "comments": comments_of(shown),
        "form": ReceiverForm(shown.company, initial={"receiver": receiver, "due_on": shown.due_on}),
        "typed": typed,
    }
    return render(request, "office/task.html", context)


def _read(request: StaffRequest, tasks: QuerySet[Task]) -> QuerySet[Task]:
    return with_state(tasks, request.user, request.company.today())
