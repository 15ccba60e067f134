from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = "Payments"

    def ready(self) -> None:
        from office import approvals
        from payments.approvals import ACTS

        for act in ACTS:
            approvals.register_act(act)
