"""Who pays for whom: a customer's declared payer, and those whom a customer pays for."""

from customers.models import Customer, DeclaredPayer


def payer_of(customer: Customer) -> DeclaredPayer | None:
    """Who is declared to pay what this customer owes."""
    standing = DeclaredPayer.objects.filter(customer=customer, ended_at=None)
    return standing.select_related("payer", "declared_by").first()


def paid_for_by(customer: Customer) -> list[int]:
    """The customers whose debts this one's payments may settle: itself, and those it is declared to pay for."""
    payees = DeclaredPayer.objects.filter(payer=customer, ended_at=None).order_by("customer_id")
    return [customer.pk, *payees.values_list("customer_id", flat=True)]
