"""The mail that brings a customer's contact their statement, and a link to the account as it stands when they look."""

from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from credit_control.models import Statement
from credit_control.operations.mint_account_link import mint_account_link
from credit_control.statements.access import statements_for
from credit_control.statements.excel import sheet_of
from credit_control.statements.figures import Figures
from credit_control.statements.kept import figures_from, kept_statement_pdf
from credit_control.statements.links import address_of
from credit_control.statements.mail_words import COMBINED, KIND, small_print, values_of
from credit_control.statements.names import file_name
from credit_control.statements.paper import MOST_ROWS, rows_in
from credit_control.statements.words import title_of
from customers.models import Contact, StatementForm
from customers.readers import reader_of, why_not_there, why_not_to
from office.mail import Attachment, Letter, MailKind, NotReady, NotToBeSent
from office.mail.texts import words_for
from office.models import OutgoingMail
from office.papers import PdfUnavailable
from office.web.lists.excel import EXCEL
from office.written import plain_day


def subject_of(statement: Statement) -> str:
    """What the mail is about: `Statement of account of 28 Feb 2026 from Acme Ltd`, in the customer's language."""
    with override(statement.printed["language"]):
        words = {
            "document": title_of(Figures(statement.form, statement.from_on, statement.on, [], statement.is_combined)),
            "day": plain_day(statement.on),
            "name": statement.printed["seller"]["name"],
        }
        return _("%(document)s of %(day)s from %(name)s") % words


def compose(mail: OutgoingMail) -> Letter:
    """The mail with the statement as it was kept; its link is made now, and its token is in the mail alone."""
    contact = reader_of(mail)
    statement = Statement.objects.get(pk=mail.about_id)
    statement.company, statement.customer = mail.company, contact.customer
    if reason := _reason(statement, contact):
        raise NotToBeSent(reason)
    figures = figures_from(statement)
    attachments = _attachments(statement, figures)
    with override(statement.printed["language"]):
        return _letter(statement, figures, contact, attachments)


def _letter(statement: Statement, figures: Figures, contact: Contact, attachments: list[Attachment]) -> Letter:
    link = address_of(mint_account_link(statement.customer, contact, is_combined=statement.is_combined))
    values = values_of(statement, figures, contact.name, link, has_excel=len(attachments) > 1)
    stage = COMBINED if statement.is_combined else ""
    words = words_for(KIND, stage, get_language(), statement.company, values, small_print())
    return Letter(contact.name, contact.email, words.subject, words.text, words.html, attachments)


def _attachments(statement: Statement, figures: Figures) -> list[Attachment]:
    name = file_name(statement.customer, figures)
    try:
        content = bytes(kept_statement_pdf(statement).content)
    except PdfUnavailable as problem:
        raise NotReady(f"Its PDF cannot be made now: {problem}") from problem
    files = [Attachment(f"{name}.pdf", "application/pdf", content)]
    if statement.customer.statement_excel or rows_in(figures) > MOST_ROWS:
        files.append(Attachment(f"{name}.xlsx", EXCEL, sheet_of(figures, statement.printed)))
    return files


def reason_not_to_send(mail: OutgoingMail) -> str:
    """Why the mail must not leave any more; empty when it may."""
    contact = reader_of(mail)
    return why_not_there(mail, contact) or _reason(Statement.objects.only("run").get(pk=mail.about_id), contact)


def _reason(statement: Statement, contact: Contact) -> str:
    """Whom a person chose by hand gets it also where they get no statements otherwise."""
    if contact.customer.statement_form == StatementForm.NONE:
        return "Not sent: they want no statements any more."
    if contact.is_active and statement.run_id and not contact.gets_statements:
        return f"Not sent: {contact.name} gets no statements any more."
    return why_not_to(contact)


STATEMENT_MAIL = MailKind(KIND, compose, reason_not_to_send, statements_for, waits=True)
