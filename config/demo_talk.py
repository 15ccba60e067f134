"""What people of the demo office say to each other, and what is to be done."""

from datetime import timedelta

from billing.models import DocumentStatus, Invoice
from office.models import Company, Department, TaskKind, User
from office.operations.comment import answer_task, ask_question, comment
from office.operations.make_task import make_task
from office.talk.topics import About


def add_talk(company: Company, clerk: User, sales: User) -> None:
    """A question that sales answered, one that waits, a comment, and a call to make."""
    User.objects.filter(pk=sales.pk).update(department=Department.SALES)
    latest = Invoice.objects.filter(company=company, status=DocumentStatus.ISSUED).order_by("-pk")
    first, second, third = latest.select_related("customer")[:3]
    asked = ask_question(company, About.of(first), "Was the second delivery agreed?", assignee=sales, by=clerk)
    answer_task(asked, "Yes, by phone. They wanted both on one invoice.", finishes=True, by=sales)
    ask_question(company, About.of(second), "Who signs their orders now?", department=Department.SALES, by=clerk)
    comment(company, About.of(second), "Their new buyer started on Monday.", by=clerk)
    make_task(
        company,
        TaskKind.CALL,
        f"Call {third.customer.name} about their order numbers",
        key="demo:call",
        about=About.of(third.customer),
        due_on=company.today() + timedelta(days=1),
        assignee=clerk,
        by=None,
    )
