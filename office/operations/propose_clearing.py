from datetime import timedelta

from django.urls import reverse

from office.models import Company, TaskKind
from office.operations.make_task import make_task
from office.privacy.sweeping import past_now


def propose_clearing(company: Company) -> int:
    """Once a month put on the list that rows are past their time, where any are; how many. Nothing goes by itself."""
    count = sum(past_now(company).values())
    if count:
        today = company.today()
        make_task(
            company,
            TaskKind.OTHER,
            f"Clear what is past its time: {count} rows",
            key=f"clear_past:{company.pk}:{today:%Y-%m}",
            by=None,
            due_on=today + timedelta(days=30),
            note=reverse("office:retention"),
        )
    return count
