"""Credit control's background work. Each task does one thing and may run twice, late or at once without harm."""

from celery import shared_task
from django.utils import timezone

from credit_control.operations.begin_reminders import begin_reminders
from credit_control.operations.find_missed_payments import companies_to_look_at as companies_to_look_for_missed
from credit_control.operations.find_missed_payments import find_missed_payments
from credit_control.operations.follow_plan import follow_plan
from credit_control.operations.place_holds_by_rule import companies_to_look_at, look_of_the_day
from credit_control.operations.schedule_statements import companies_due, prepare_due_statements
from credit_control.operations.send_digests import send_digests
from credit_control.plans.due import plans_to_follow
from office.models import Company
from office.work.rounds import each_of


@shared_task
def begin_due_reminders() -> int:
    """Begin the reminders of the day of each company that has them sent by the schedule; what fails stops no other."""
    return each_of(Company.objects.exclude(credit_policy=None), begin_reminders)


@shared_task
def follow_due_plans() -> int:
    """Do what the days of payment plans ask for, each once; what fails stops no other. Says how many it looked at."""
    return each_of(plans_to_follow(), lambda due: follow_plan(due.plan_id, on=due.on, waits=due.waits))


@shared_task
def find_missed() -> int:
    """Look once a day, in each company's time, for what was not paid by its day; a failure stops no other."""
    return each_of(companies_to_look_for_missed(), lambda company: find_missed_payments(company, on=company.today()))


@shared_task
def send_sales_digests() -> int:
    """Queue the morning's mails to those in sales who want them, once for each day; a failure stops no other."""
    now = timezone.now()
    return each_of(Company.objects.order_by("pk"), lambda company: send_digests(company, now=now))


@shared_task
def place_holds() -> int:
    """Look once a day, in each company's time, whom to put on hold and whom to release; a failure stops no other."""
    return each_of(companies_to_look_at(), lambda company: look_of_the_day(company, on=company.today()))


@shared_task
def prepare_statements_of(company_id: int) -> None:
    """Prepare a company's statements, if they are due and nobody did."""
    prepare_due_statements(company_id, now=timezone.now())


@shared_task
def prepare_statements() -> int:
    """Ring for every company whose statements are due, and say for how many; runs each minute."""
    due = list(companies_due(timezone.now()))
    for company_id in due:
        prepare_statements_of.delay(company_id)
    return len(due)
