"""Which plans a customer sees on their account behind a mailed link."""

from credit_control.models import AccountLink, PaymentPlan
from credit_control.plans.reading import PlanNow, plans_now, standing


def shown_plans(link: AccountLink) -> list[PlanNow]:
    """The link's customer's offers that may be answered, and plans with something left; the newest first."""
    today = link.customer.company.today()
    plans = PaymentPlan.objects.filter(standing(today), customer=link.customer)
    plans = plans.select_related("company", "customer__company").order_by("-pk")
    found = plans_now(plans, today).values()
    return [now for now in found if now.left]
