"""Payments' background work. Each task takes ids, does one thing and may run twice without harm."""

from contextlib import suppress

from celery import shared_task
from django.utils import timezone

from customers.models import Customer
from office.models import Company
from payments.debiting import customers_to_announce_to
from payments.online import ProviderUnavailable
from payments.operations.announce_debits import announce_debits
from payments.operations.take_provider_event import (
    ask_provider,
    give_up_online_payment,
    payments_to_ask_about,
    payments_to_give_up,
)


@shared_task
def ask_about_payment(payment_id: int) -> None:
    """Ask how one online payment stands; where the provider does not answer, the next round asks again."""
    with suppress(ProviderUnavailable):
        ask_provider(payment_id)


@shared_task
def ask_about_payments() -> int:
    """Ring for every online payment whose event may be lost, and say for how many; expect no more what was on its way
    for too long."""
    for payment in payments_to_give_up(timezone.now()):
        give_up_online_payment(payment.pk)
    due = list(payments_to_ask_about(timezone.now()))
    for payment in due:
        ask_about_payment.delay(payment.pk)
    return len(due)


@shared_task
def announce_debits_to(customer_id: int) -> None:
    """Tell one customer what is debited."""
    customer = Customer.objects.select_related("company").get(pk=customer_id)
    announce_debits(customer.pk, on=customer.company.today())


@shared_task
def announce_due_debits() -> int:
    """Ring for every customer of whom a debit is to be announced, and say for how many."""
    companies = Company.objects.filter(debit_notice_days__gt=0)
    due = [customer_id for company in companies for customer_id in customers_to_announce_to(company)]
    for customer_id in due:
        announce_debits_to.delay(customer_id)
    return len(due)
