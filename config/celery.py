"""The Celery application and the whole schedule.

The broker is a doorbell: what is due stands in PostgreSQL and each entry of the schedule only says "look".
"""

import os

from celery import Celery

from config.hearing import listen

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("duebook", task_cls="office.work.jobs:Watched")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
listen()
app.conf.beat_scheduler = "config.beat:Schedule"
app.conf.beat_schedule = {
    "send_due_mail": {"task": "office.tasks.send_due_mail", "schedule": 60.0},
    "bill_due_recurring": {"task": "billing.tasks.bill_due_recurring", "schedule": 60.0},
    "check_accuracies": {"task": "billing.tasks.check_accuracies", "schedule": 600.0},
    "escalate_late_disputes": {"task": "billing.tasks.escalate_late_disputes", "schedule": 900.0},
    "announce_due_debits": {"task": "payments.tasks.announce_due_debits", "schedule": 600.0},
    "ask_about_payments": {"task": "payments.tasks.ask_about_payments", "schedule": 1800.0},
    "begin_due_reminders": {"task": "credit_control.tasks.begin_due_reminders", "schedule": 600.0},
    "find_missed": {"task": "credit_control.tasks.find_missed", "schedule": 600.0},
    "follow_due_plans": {"task": "credit_control.tasks.follow_due_plans", "schedule": 900.0},
    "place_holds": {"task": "credit_control.tasks.place_holds", "schedule": 600.0},
    "send_sales_digests": {"task": "credit_control.tasks.send_sales_digests", "schedule": 600.0},
    "prepare_statements": {"task": "credit_control.tasks.prepare_statements", "schedule": 60.0},
    "check_books": {"task": "reports.tasks.check_books", "schedule": 600.0},
    "escalate_waiting_requests": {"task": "office.tasks.escalate_waiting_requests", "schedule": 900.0},
    "keep_sums": {"task": "reports.tasks.keep_sums", "schedule": 300.0},
    "keep_forecasts": {"task": "reports.tasks.keep_forecasts", "schedule": 3600.0},
    "send_due_views": {"task": "office.tasks.send_due_views", "schedule": 60.0},
    "seal_audits": {"task": "office.tasks.seal_audits", "schedule": 600.0},
    "propose_clearings": {"task": "office.tasks.propose_clearings", "schedule": 21_600.0},
    "clear_files": {"task": "office.tasks.clear_files", "schedule": 3600.0},
    "tell_ends": {"task": "office.tasks.tell_ends", "schedule": 3600.0},
    "notice_unusual_days": {"task": "office.tasks.notice_unusual_days", "schedule": 3600.0},
    "spread_webhooks": {"task": "office.tasks.spread_webhooks", "schedule": 60.0},
    "clear_webhooks": {"task": "office.tasks.clear_webhooks", "schedule": 3600.0},
    "continue_runs": {"task": "office.tasks.continue_runs", "schedule": 60.0},
}
