from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from credit_control.models import ReminderDay, ReminderMode, policy_of
from credit_control.operations.remind_many import start_reminding
from credit_control.reminders.proposals import customers_at_a_step, proposals_for
from customers.models import Customer
from office.hours.sending_hours import SendingHours
from office.models import Company, TaskKind
from office.operations.make_task import make_task
from office.written import plain_day

PIECE = 500


@transaction.atomic
def begin_reminders(company: Company) -> ReminderDay | None:
    """Begin the day's reminders, once a working day from the hour the company says; None where it is not time.

    A day that was missed needs no making up: each step that has come is still to be done. Where more customers are to
    be reminded than the company lets pass unseen, nothing leaves and somebody is to look.
    """
    policy, today = policy_of(company), company.today()
    if policy.reminders == ReminderMode.OFF or not _is_time(company, policy.reminder_hour):
        return None
    day, is_new = ReminderDay.objects.get_or_create(company=company, on=today)
    if not is_new:
        return None
    wanted = _wanted(company)
    if not wanted:
        day.outcome = "Nobody was to be reminded."
    elif policy.reminders == ReminderMode.ASK:
        _ask(day, f"{len(wanted)} to look at.")
    elif len(wanted) > policy.most_unattended:
        _ask(day, f"{len(wanted)} are more than {policy.most_unattended}: to look at.")
    else:
        day.run_id = start_reminding(company, wanted, on=today, by=None).pk
        day.outcome = f"{len(wanted)} begun."
    day.save()
    return day


def _ask(day: ReminderDay, outcome: str) -> None:
    """Let somebody look before anything leaves."""
    day.outcome = outcome
    address = settings.SITE_URL.rstrip("/") + reverse("credit_control:send_reminders")
    title = f"Reminders of {plain_day(day.on)}: {outcome}"
    make_task(day.company, TaskKind.OTHER, title, key=f"reminders:{day.company_id}:{day.on}", by=None, note=address)


def _is_time(company: Company, hour: int) -> bool:
    """Whether it is a working day where the company is, from the hour on."""
    now = timezone.now().astimezone(ZoneInfo(company.time_zone))
    return now.hour >= hour and SendingHours.of(company).is_working_day(now.date())


def _wanted(company: Company) -> list[int]:
    """The customers who would be reminded."""
    found: list[int] = []
    ids = customers_at_a_step(company, company.today())
    for start in range(0, len(ids), PIECE):
        customers = Customer.objects.filter(pk__in=ids[start : start + PIECE]).select_related("company")
        found += [row.customer.pk for row in proposals_for(company, customers, company.today()) if not row.why_not]
    return found
