"""What other programs hear of customers."""

from office.webhooks.events import EventKind

CUSTOMER = "/api/v1/customers/{id}/"
EVENTS = (
    EventKind("customer.created", "A customer was added", CUSTOMER, "create_customer"),
    EventKind("customer.updated", "A customer was changed", CUSTOMER, "update_customer"),
    EventKind("customer.merged", "A customer was merged into another", CUSTOMER, "merge_customers"),
    EventKind("hold.placed", "A customer was put on hold", CUSTOMER, "place_hold"),
    EventKind("hold.released", "A hold was released", CUSTOMER, "release_hold"),
)
