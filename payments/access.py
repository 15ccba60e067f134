"""Which receipts a member of staff sees: those of the customers they see."""

from django.db.models import QuerySet
from django.http import Http404

from customers.access import customers_for, rows_for
from ledger.models import Allocation
from office.models import User
from payments.models import Receipt


def receipts_for(user: User) -> QuerySet[Receipt]:
    """The receipts of a person's customers."""
    return rows_for(user, Receipt.objects.all())


def get_receipt_for(user: User, receipt_id: int) -> Receipt:
    """The receipt, or Http404 where this person may not see one of that id."""
    receipt = receipts_for(user).filter(pk=receipt_id).select_related("company", "customer").first()
    if receipt is None:
        raise Http404("No such receipt.")
    return receipt


def get_allocation_for(user: User, allocation_id: int) -> Allocation:
    """The allocation, or Http404 where it is of a customer this person may not see."""
    seen = Allocation.objects.filter(pk=allocation_id, debit__customer_id__in=customers_for(user).values("pk"))
    allocation = seen.select_related("debit").first()
    if allocation is None:
        raise Http404("No such allocation.")
    return allocation
