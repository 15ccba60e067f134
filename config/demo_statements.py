"""Statements of the demo office: a parent over two customers, and the last ones of a few who owe something; and a link
to that parent's account, which opens with the code that is shown at /mail/."""

from datetime import date, timedelta

from credit_control.models import AccountLink
from credit_control.operations.manage_account_links import renew_account_link
from credit_control.operations.manage_statement_runs import prepare_statement_run, start_statement_run
from credit_control.operations.mint_account_link import mint_account_link
from credit_control.statements.asking import Period
from customers.models import Customer, GroupStatement
from customers.operations.create_customer import create_customer
from customers.operations.details import ContactDetails, CustomerDetails
from ledger.calendar import month_start
from ledger.models import OpenItem
from office.models import Company, User
from office.work.runs import carry_out

FEW = 4


def add_statements(company: Company, today: date, by: User) -> None:
    """A holding that gets one statement over two customers, and a run that was sent to these and some others."""
    last_day = month_start(today) - timedelta(days=1)
    owed = OpenItem.objects.filter(company_id=company.pk, balance__gt=0, dated_on__lte=last_day)
    customers = Customer.objects.filter(pk__in=owed.values("customer_id")).order_by("pk")
    few = list(customers.values_list("pk", flat=True)[: FEW + 2])
    contact = ContactDetails("Greta Holm", "greta@northgate-holding.example")
    details = CustomerDetails("Northgate Holding", contacts=[contact], group_statement=GroupStatement.INSTEAD)
    holding = create_customer(company, details, by=by)
    Customer.objects.filter(pk__in=few[:2]).update(parent=holding)
    period = Period(company, month_start(last_day), last_day)
    run = prepare_statement_run(company, Customer.objects.filter(pk__in=[*few, holding.pk]), period, by=by)
    for _ in carry_out(run.pk):
        pass
    start_statement_run(run.pk, by=by)
    for _ in carry_out(run.pk):
        pass
    _mail_new_link(holding, by)


def _mail_new_link(customer: Customer, by: User) -> None:
    """A link to an account that was revoked, and the mail with a new one, which waits for no office hours."""
    mint_account_link(customer, customer.contacts.get(), is_combined=True)
    renew_account_link(AccountLink.objects.latest("pk").pk, by=by)
