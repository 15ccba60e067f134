"""The office's background work. Each task takes ids, does one thing and may run twice without harm."""

import logging
import random
import time

from celery import shared_task
from django.utils import timezone

from office.mail.handing_over import hand_over
from office.mail.sweep import due_mails
from office.models import Company
from office.operations.escalate_requests import escalate_requests
from office.operations.notice_unusual import notice_unusual
from office.operations.order_file import clear_expired_files
from office.operations.propose_clearing import propose_clearing
from office.operations.seal_audit import chains, seal_audit
from office.operations.send_views import due_schedules, send_schedule
from office.operations.tell_of_ends import tell_of_ends
from office.webhooks.sending import clear_old_events, deliver_to, due_endpoints, spread
from office.work.retrying import DATABASE_AWAY
from office.work.rounds import each_of
from office.work.runs import carry_out, ring_bell, unfinished_runs

logger = logging.getLogger(__name__)
AT_A_STRETCH = 60
"""Seconds after which a run, or a hand that sends mail, gives its worker back, so that nobody else waits for long."""
HANDS = 16
"""How many workers send mail at once at most. One that is not free within a minute is not waited for: the next look
rings again, so however often it is rung, no bells pile up before the workers."""


@shared_task
def hand_over_mail(mail_id: int) -> None:
    """Send one mail."""
    hand_over(mail_id)


@shared_task
def send_due_mail() -> int:
    """Ring for hands to send what is due, and say how many mails are at least; runs each minute."""
    due = due_mails(timezone.now())
    for _ in range(min(len(due), HANDS)):
        hand_over_due_mail.apply_async(expires=AT_A_STRETCH)
    return len(due)


@shared_task
def hand_over_due_mail() -> None:
    """Send mail after mail, until all that is due is in other hands, for a minute at most.

    Each hand takes what is due in another order, so that they seldom reach for the same. A mail that cannot even be
    taken stops no other; it is told at the end.
    """
    began, before, failed = time.monotonic(), [0], None
    while (due := due_mails(timezone.now())) and due != before:
        before = due
        for mail_id in random.sample(due, len(due)):
            if time.monotonic() - began > AT_A_STRETCH:
                return
            try:
                hand_over(mail_id)
            except DATABASE_AWAY:
                raise  # a lost connection: the next look rings for another hand
            except Exception as error:
                logger.exception("Mail %s could not be handed over.", mail_id)
                failed = error
    if failed:
        raise failed


@shared_task
def carry_out_run(run_id: int) -> None:
    """Do pieces of a run for a while; a run that is not finished then rings for itself again."""
    began = time.monotonic()
    for run in carry_out(run_id):
        if not run.is_finished and time.monotonic() - began > AT_A_STRETCH:
            ring_bell(run_id)
            return


@shared_task
def continue_runs() -> int:
    """Ring for every run that was left unfinished, and say for how many; runs each minute."""
    unfinished = unfinished_runs(timezone.now())
    for run_id in unfinished:
        ring_bell(run_id)
    return len(unfinished)


@shared_task
def send_due_views() -> int:
    """Queue the mails of every schedule that is due, and say how many schedules are; runs each minute."""
    now = timezone.now()
    return each_of(due_schedules(now), lambda schedule_id: send_schedule(schedule_id, now=now))


@shared_task
def clear_files() -> int:
    """Delete the large files that were kept long enough; runs each hour."""
    return clear_expired_files(timezone.now())


@shared_task
def propose_clearings() -> int:
    """Put on the list of each company what is past its time, once a month; a failure in one stops no other."""
    return each_of(Company.objects.order_by("pk"), propose_clearing)


@shared_task
def escalate_waiting_requests() -> int:
    """Let requests that waited too long for their role go on to others; a failure in one company stops no other."""
    return each_of(Company.objects.order_by("pk"), escalate_requests)


@shared_task
def tell_ends() -> int:
    """Tell whose key or time ends soon, and say how many; runs each hour."""
    return tell_of_ends(timezone.now())


@shared_task
def notice_unusual_days() -> int:
    """Look in each company for days of people that are unusual, and say in how many; runs each hour."""
    now = timezone.now()
    return each_of(Company.objects.order_by("pk"), lambda company: notice_unusual(company, now=now))


@shared_task
def seal_audits() -> int:
    """Seal the days of the audit trail that are over, and say of how many chains; a broken one stops no other."""
    now = timezone.now()
    return each_of(chains(), lambda company: seal_audit(company, now=now))


@shared_task
def spread_webhooks() -> int:
    """Make the deliveries of what happened, and ring for a hand for each endpoint that something waits for.

    Runs each minute. How many events there were.
    """
    spread_now = 0
    while found := spread():
        spread_now += found
    for endpoint_id in due_endpoints(timezone.now()):
        deliver_webhooks.apply_async((endpoint_id,), expires=AT_A_STRETCH)
    return spread_now


@shared_task
def deliver_webhooks(endpoint_id: int) -> int:
    """Send what is due to one endpoint for a while, and say how many arrived."""
    return deliver_to(endpoint_id)


@shared_task
def clear_webhooks() -> int:
    """Forget events that are kept long enough; runs each hour."""
    return clear_old_events(timezone.now())
