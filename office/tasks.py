"""The office's background work. Each task takes ids, does one thing and may run twice without harm."""

import time

from celery import shared_task
from django.utils import timezone

from office.mail.handing_over import hand_over
from office.mail.sweep import due_mails
from office.runs import carry_out, ring_bell, unfinished_runs

AT_A_STRETCH = 60
"""Seconds after which a run gives its worker back, so that mail is not kept waiting."""


@shared_task
def hand_over_mail(mail_id: int) -> None:
    """Send one mail."""
    hand_over(mail_id)


@shared_task
def send_due_mail() -> int:
    """Ring for every mail that is due, and say for how many; runs each minute."""
    due = due_mails(timezone.now())
    for mail_id in due:
        hand_over_mail.delay(mail_id)
    return len(due)


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
