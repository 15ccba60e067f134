"""The office of the day: six customers who owe something since last month, made by the product's own operations."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.models import Group
from django.utils import timezone

from credit_control.models import Tone
from credit_control.operations.set_reminder_ladders import StepDetails, choose_ladder, save_reminder_ladder
from ledger.calendar import month_start
from office.models import Company, OwnDay, User
from office.operations.create_api_token import create_api_token
from tests import world

CUSTOMERS = 6


@dataclass(frozen=True)
class Office:
    """Who works on the day, by which key, and for whom."""

    company: Company
    manager: User
    secret: str
    customers: list[int]
    today: date

    @property
    def last_day(self) -> date:
        """The last day of last month, which the day closes."""
        return month_start(self.today) - timedelta(days=1)


def make_office() -> Office:
    """The office as it is in the morning. Its mail leaves at all hours of each day."""
    company = world.make_company(mail_from_hour=0, mail_until_hour=24, mail_daily_limit=0)
    today = company.today()
    for days in range(-1, 9):
        OwnDay.objects.create(company=company, day=today + timedelta(days), is_worked=True, name="Drill")
    manager = world.make_user(company, "manager")
    manager.groups.set(Group.objects.filter(name__in=["clerk", "collector", "manager", "administrator"]))
    customers = [world.make_customer(company, f"C{number}") for number in range(CUSTOMERS)]
    last_month = month_start(today) - timedelta(days=10)
    for place, customer in enumerate(customers):
        world.issue(customer, f"{place + 1}00.00", last_month, due_on=today - timedelta(days=5))
    ladder = save_reminder_ladder(company, "Usual", [StepDetails(3, tone=Tone.FIRST, has_letter=False)], by=None)
    choose_ladder(company, ladder.pk, by=None)
    _, secret = create_api_token("The drill", by=manager, now=timezone.now())
    return Office(company, manager, secret, [each.pk for each in customers], today)
