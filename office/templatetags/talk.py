"""The card in which people talk about what a page shows: `{% talk invoice %}`."""

from typing import Any

from django import template
from django.db.models import Model
from django.template.context import RequestContext

from office.talk.todo import comments_about, open_tasks_about

register = template.Library()


@register.inclusion_tag("office/_talk.html", takes_context=True)
def talk(context: RequestContext, thing: Model) -> dict[str, Any]:
    """What was said about a paper or customer, what is still to be done about it, and a box to say more."""
    user, label = context["request"].user, thing._meta.label_lower
    if not user.has_perm("office.view_task"):
        return {}
    return {
        "is_shown": True,
        "about_type": label,
        "about_id": thing.pk,
        "comments": comments_about(label, thing.pk),
        "tasks": open_tasks_about(user, label, thing.pk),
        "today": context["request"].company.today(),
        "perms": context["perms"],
        "user": user,
        "csrf_token": context["csrf_token"],
    }
