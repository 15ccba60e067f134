"""Tasks and runs to look at."""

from datetime import timedelta
from typing import Any

from billing.models import Invoice
from office.models import Run
from office.operations.comment import answer_task, ask_question, comment
from office.operations.make_task import make_task
from office.topics import About
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


def a_run(company: Any) -> int:
    return Run.objects.create(
        company=company, kind="import_customers", title="Import of customers", total=10, done=4
    ).pk
