"""Tasks and runs to look at."""

from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.utils import timezone

from billing.models import Invoice
from office.audit import record
from office.models import (
    AuditRecord,
    DeliveryState,
    KeptFile,
    KeptFilePart,
    PolicyVersion,
    Run,
    RunStatus,
    UnusualDay,
    UnusualKind,
    WebhookAttempt,
    WebhookDelivery,
    WebhookEndpoint,
    WebhookEvent,
)
from office.operations.comment import answer_task, ask_question, comment
from office.operations.keep_view import save_view
from office.operations.make_task import make_task
from office.operations.name_deputy import name_deputy
from office.operations.order_file import KIND
from office.operations.schedule_view import ScheduleDetails, add_schedule
from office.operations.set_approval_rules import set_approval_rules
from office.operations.set_team import set_team
from office.sealing import seal
from office.talk.topics import About
from office.web.asking import KnownAddress
from office.webhooks.signing import new_secret
from tests import world


def a_task(invoice: Invoice) -> int:
    """A question about an invoice, put to shipping and answered, with one that is late."""
    company, about = invoice.company, About.of(invoice)
    clerk, colleague = world.make_user(company), world.make_user(company, "colleague", name="Otto Lund")
    late = company.today() - timedelta(days=3)
    make_task(company, "call", "Call Eva Brandt", key="call", by=None, about=about, due_on=late)
    asked = ask_question(company, about, "Did the second parcel leave?", department="shipping", by=clerk)
    answer_task(asked, "On Monday. The carrier says it arrives tomorrow.", finishes=False, by=colleague)
    comment(company, about, "The customer rang: they want it on one invoice.", by=clerk)
    return asked.pk


def saved_views(company: Any) -> int:
    """A private view with a schedule and a file that was made, and a shared one to look at."""
    clerk = world.make_user(company, name="Clara Reich")
    shows = KnownAddress("/invoices/", "?state=overdue", "Invoices")
    private = save_view(company, "Late ones", shows, by=clerk)
    weekly = ScheduleDetails("pdf", "week_day", 7, [clerk], week_day=0)
    add_schedule(private.pk, weekly, now=timezone.now(), by=clerk)
    parameters = {"address": "/invoices/?format=csv", "tries": 1}
    done = {"by": clerk, "status": RunStatus.DONE, "finished_at": timezone.now(), "parameters": parameters}
    run = Run.objects.create(company=company, kind=KIND, title="File: Invoices", **done)
    kept = {"name": "invoices.csv", "content_type": "text/csv", "size": 1, "only_own_customers": False}
    file = KeptFile.objects.create(run=run, expires_at=timezone.now() + timedelta(days=2), **kept)
    KeptFilePart.objects.create(file=file, position=0, content=b"x")
    return save_view(company, "Shared ones", shows, is_shared=True, by=clerk).pk


def a_deputy(company: Any) -> int:
    """A clerk who decides in a manager's place for a week."""
    manager, clerk = world.make_user(company, "manager", name="Mara Ott"), world.make_user(company, name="Clara Reich")
    today = company.today()
    return name_deputy(company, manager, clerk, today, today + timedelta(days=7), by=manager).pk


def a_team(company: Any) -> int:
    """Two of sales who see each other's customers, and a manager."""
    north = [world.make_user(company, "sales", name=name, only_own_customers=True) for name in ("Nora Falk", "Nils Ek")]
    chief = world.make_user(company, "manager", name="Nadja Lund")
    return set_team(company, None, "North", [each.pk for each in [*north, chief]], by=chief).pk


def an_unusual_day(company: Any) -> int:
    """Somebody who looked at many account numbers yesterday."""
    told = {"person": world.make_user(company, name="Ugo Lenz"), "kind": UnusualKind.LOOKS}
    day = company.today() - timedelta(days=1)
    return UnusualDay.objects.create(company=company, day=day, count=84, usual=50, **told).pk


def webhooks(company: Any) -> dict[str, Any]:
    """A program that is told, one that does not answer, and what they were told."""
    told = {"company": company, "sealed_secret": seal(new_secret())}
    shop = WebhookEndpoint.objects.create(
        name="Shop", url=f"https://shop.example/{uuid4()}", kinds=["invoice.issued"], **told
    )
    since = timezone.now() - timedelta(days=1)
    down = WebhookEndpoint.objects.create(
        name="Warehouse", url=f"https://warehouse.example/{uuid4()}", failing_since=since, **told
    )
    paper = {"subject_type": "billing.invoice", "subject_id": 1, "subject_number": "INV-2026-0001"}
    event = WebhookEvent.objects.create(company=company, kind="invoice.issued", spread_at=since, **paper)
    arrived = {"state": DeliveryState.DELIVERED, "attempts": 2, "finished_at": timezone.now()}
    delivery = WebhookDelivery.objects.create(endpoint=shop, event=event, **arrived)
    WebhookDelivery.objects.create(endpoint=down, event=event, attempts=3)
    WebhookAttempt.objects.create(delivery=delivery, words="It did not answer within 15 seconds.", milliseconds=15000)
    WebhookAttempt.objects.create(delivery=delivery, status=200, words="Thanks", milliseconds=84)
    return {"endpoint": shop.pk, "delivery": (shop.pk, delivery.pk)}


def a_policy(company: Any) -> int:
    """The version of the rules after one of them was changed."""
    set_approval_rules(company, {"void_invoice": (Decimal(500), "manager")}, by=world.make_user(company))
    latest = PolicyVersion.objects.filter(company=company)[0]
    return latest.version


def an_audit_record(company: Any) -> int:
    """A change with what was before and after, of a thing that has a page."""
    customer = world.make_customer(company, "Changed Ltd")
    record(
        world.make_user(company), "update_customer", customer, before={"name": "Old Ltd"}, after={"name": "Changed Ltd"}
    )
    return AuditRecord.objects.latest("pk").pk


def a_run(company: Any) -> int:
    return Run.objects.create(
        company=company, kind="import_customers", title="Import of customers", total=10, done=4
    ).pk
