from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = "Customers"

    def ready(self) -> None:
        from customers.approvals import ACTS
        from customers.operations.import_customers import RUN_KIND
        from office.approvals import register_act
        from office.runs import register_kind

        register_kind(RUN_KIND)
        for act in ACTS:
            register_act(act)
