"""What can be talked about and be a task: papers and customers of every room, and who sees each.

The room that owns a kind of paper registers it when it starts:

    register_topic(Topic("billing.invoice", "Invoice", invoices_for, "billing.view_invoice", "billing:invoice"))
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, Q, QuerySet
from django.http import Http404
from django.urls import reverse

from office.access import companies_for, found
from office.models import Company, Task, User


@dataclass(frozen=True)
class Topic:
    """A kind of thing: its label, staff's word for it, which of them a person sees with a permission, and its page."""

    label: str
    title: str
    seen_by: Callable[[User], QuerySet[Any]]
    permission: str
    page: str

    def of(self, user: User) -> QuerySet[Any]:
        """Those that a person sees."""
        return self.seen_by(user) if user.has_perm(self.permission) else self.seen_by(user).none()


TOPICS: dict[str, Topic] = {}


def register_topic(topic: Topic) -> None:
    """Make a kind of thing known."""
    TOPICS[topic.label] = topic


@dataclass(frozen=True)
class About:
    """What a task or comment is about, by its label and id, and what it is called."""

    type: str
    id: int
    name: str

    @classmethod
    def of(cls, thing: Model) -> "About":
        """The same of a row."""
        return cls(thing._meta.label_lower, thing.pk, str(thing)[:200])


def page_of(about_type: str, about_id: int | None) -> str:
    """Where the thing is looked at; empty where it has no page."""
    topic = TOPICS.get(about_type)
    return reverse(topic.page, args=[about_id]) if topic and about_id else ""


def may_see(user: User, about: About) -> bool:
    """Whether a person sees the thing, or works here at all where it is about nothing."""
    topic = TOPICS.get(about.type)
    return bool(user.is_active and topic and topic.of(user).filter(pk=about.id).exists())


def get_thing_for(user: User, about_type: str, about_id: int) -> tuple[Company, About]:
    """The thing and its company, or Http404 where this person may not see one of that id."""
    topic = TOPICS.get(about_type)
    thing = topic.of(user).filter(pk=about_id).select_related("company").first() if topic else None
    if thing is None:
        raise Http404("No such thing to talk about.")
    return thing.company, About.of(thing)


def seen_by(user: User, labels: Collection[str] | None = None) -> Q:
    """The rows about things that a person sees, or about nothing; with labels, only about things of these kinds."""
    seen = Q(about_type="")
    for topic in TOPICS.values():
        if (labels is None or topic.label in labels) and user.has_perm(topic.permission):
            seen |= Q(about_type=topic.label, about_id__in=topic.seen_by(user).values("pk"))
    return seen


def tasks_for(user: User, labels: Collection[str] | None = None) -> QuerySet[Task]:
    """The tasks of a person's companies about what they see; with labels, only about things of these kinds."""
    tasks = Task.objects.filter(seen_by(user, labels), company__in=companies_for(user))
    return tasks.select_related("company", "assignee", "made_by", "done_by")


def get_task_for(user: User, task_id: int) -> Task:
    """The task, or Http404 where this person may not see one of that id."""
    return found(tasks_for(user).filter(pk=task_id), "task")


TASK_TOPIC = Topic(
    "office.task",
    "Task",
    lambda user: Task.objects.filter(about_type="", company__in=companies_for(user)),
    "office.view_task",
    "office:task",
)
"""Tasks that are about nothing else; what is said to others stands with what they are about."""


def for_me(user: User) -> Q:
    """The tasks that are a person's, their department's, or nobody's in particular."""
    nobodys = Q(assignee=None, department="")
    return Q(assignee=user) | nobodys | (Q(department=user.department) if user.department else Q(pk=None))


def colleagues_of(company: Company) -> QuerySet[User]:
    """Who works for a company now."""
    return User.objects.filter(companies=company.pk, is_active=True).order_by("name", "pk")
