"""Keeping statements and queueing their mails, in one transaction: what was sent can be read for good."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from credit_control.models import Statement, StatementRun
from credit_control.statements.asking import Asked
from credit_control.statements.figures import Figures
from credit_control.statements.kept import as_json, closing_of
from credit_control.statements.paper import printed_of
from credit_control.statements.statement_mail import KIND, subject_of
from customers.models import Contact
from ledger.bulk import insert_all
from office.mail import MailToQueue, queue_mails
from office.models import Company, OutgoingMail, User


@dataclass
class ToKeep:
    """A statement that is to be kept and who receives it; what it prints is looked up before anything is locked."""

    asked: Asked
    figures: Figures
    receivers: Sequence[Contact]
    repeats: Statement | None = None
    printed: dict[str, Any] = field(default_factory=dict)

    def look_up(self, company: Company) -> None:
        """Ask what it prints of us and of its customer."""
        self.printed = printed_of(company, self.asked.customer)


def keep_statements(
    company: Company, wanted: Sequence[ToKeep], *, read_at: datetime, by: User | None, run: StatementRun | None = None
) -> tuple[list[Statement], list[OutgoingMail]]:
    """Keep them as they were read, and queue a mail to each receiver, once. Belongs into a transaction."""
    statements = [_statement(company, each, read_at, by, run) for each in wanted]
    insert_all(statements)
    mails = queue_mails(
        _mail(company, statement, contact)
        for statement, each in zip(statements, wanted, strict=True)
        for contact in each.receivers
    )
    return statements, mails


def _statement(
    company: Company, each: ToKeep, read_at: datetime, by: User | None, run: StatementRun | None
) -> Statement:
    figures = each.figures
    return Statement(
        company=company,
        customer=each.asked.customer,
        run=run,
        repeats=each.repeats,
        is_combined=figures.is_combined,
        form=figures.form,
        from_on=figures.from_on,
        on=figures.on,
        figures=as_json(figures),
        closing=closing_of(figures),
        printed=each.printed,
        read_at=read_at,
        made_by=by,
    )


def _mail(company: Company, statement: Statement, contact: Contact) -> MailToQueue:
    return MailToQueue(
        key=f"{KIND}:{statement.pk}:{contact.pk}",
        kind=KIND,
        company=company,
        customer_id=statement.customer_id,
        contact_id=contact.pk,
        about=statement,
        to_email=contact.email,
        subject=subject_of(statement),
        country=statement.printed["buyer"]["country"],
        region=statement.printed["buyer"]["place"].get("region", ""),
    )
