"""Tasks as they read on a day: open, late or done, and how many wait for a person."""

from datetime import date

from django.db.models import BooleanField, Case, CharField, Q, QuerySet, Value, When

from office.models import Comment, Company, Task, User
from office.talk.topics import for_me, tasks_for


def with_state(tasks: QuerySet[Task], user: User, today: date) -> QuerySet[Task]:
    """Add `state` (open, overdue or done) and `is_mine`: theirs, their department's, or nobody's in particular."""
    return tasks.annotate(
        state=Case(
            When(done_at__isnull=False, then=Value("done")),
            When(due_on__lt=today, then=Value("overdue")),
            default=Value("open"),
            output_field=CharField(),
        ),
        is_mine=Case(When(for_me(user), then=Value(True)), default=Value(False), output_field=BooleanField()),
    )


def waiting_tasks(user: User, company: Company) -> QuerySet[Task]:
    """The open tasks that wait for a person by today. On every page, so it asks only about the kinds there are."""
    if not user.has_perm("office.talk"):
        return Task.objects.none()
    mine = Q(for_me(user), company=company, done_at=None, due_on__lte=company.today())
    labels = set(Task.objects.filter(mine).values_list("about_type", flat=True).distinct())
    return tasks_for(user, labels).filter(mine) if labels else Task.objects.none()


def open_tasks_about(user: User, about_type: str, about_id: int) -> QuerySet[Task]:
    """What is still to be done about a thing that a person sees."""
    tasks = Task.objects.filter(about_type=about_type, about_id=about_id, done_at=None)
    return tasks.select_related("assignee").order_by("due_on", "pk")


def comments_about(about_type: str, about_id: int) -> QuerySet[Comment]:
    """What was said about a thing, oldest first."""
    said = Comment.objects.filter(about_type=about_type, about_id=about_id)
    return said.select_related("by", "task").order_by("pk")


def comments_of(task: Task) -> QuerySet[Comment]:
    """What was said to a task, oldest first."""
    return (
        Comment.objects.filter(Q(task=task) | Q(about_type="office.task", about_id=task.pk))
        .select_related("by", "task")
        .order_by("pk")
    )
