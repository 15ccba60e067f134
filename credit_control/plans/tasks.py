"""What a collector is asked to do about a plan."""

from credit_control.models import CreditFile, PaymentPlan
from office.models import TaskKind, User
from office.operations.make_task import make_task
from office.talk.topics import About, may_see


def tell_collector(plan: PaymentPlan, title: str, *, stage: str, by: User | None) -> None:
    """Put it on the list of whoever collects from the customer, else on everybody's; once for each stage."""
    file = CreditFile.objects.filter(customer=plan.customer_id, collector__is_active=True).first()
    about = About.of(plan)
    collector = file.collector if file else None
    if collector and not may_see(collector, about):
        collector = None
    make_task(plan.company, TaskKind.CALL, title, key=f"plan:{plan.pk}:{stage}", by=by, about=about, assignee=collector)
