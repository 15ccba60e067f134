from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = "Customers"

    def ready(self) -> None:
        from customers.access import customers_for
        from customers.approvals import ACTS
        from customers.operations.import_customers import RUN_KIND
        from office.approvals import register_act
        from office.runs import register_kind
        from office.topics import Topic, register_topic

        register_kind(RUN_KIND)
        for act in ACTS:
            register_act(act)
        label = "customers.customer"
        register_topic(Topic(label, "Customer", customers_for, "customers.view_customer", "customers:customer"))
