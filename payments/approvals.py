"""What payments puts under a second person's word. What is approved is dated the day it is approved."""

from customers.access import customers_for
from customers.models import Customer
from office.approvals import Act
from office.models import ApprovalRequest
from payments.models import WriteOff
from payments.operations.write_off import details_from_kept, write_off


def do_write_off(request: ApprovalRequest) -> WriteOff:
    """Write off what was to be written off."""
    customer = Customer.objects.select_related("company").get(pk=request.subject_id)
    details = details_from_kept(request.arguments)
    on = request.company.today()
    return write_off(customer, details, on=on, by=request.requested_by, approved=request)[0]


ACTS = [
    Act("write_off", "Write off", "payments.write_off", do_write_off, customers_for, "customers:customer"),
]
