from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = "Payments"

    def ready(self) -> None:
        from office import approvals, mail, runs
        from payments.approvals import ACTS
        from payments.debit_mail import DEBIT_NOTICE
        from payments.operations.prepare_bank_table import RUN_KIND

        mail.register_kind(DEBIT_NOTICE)
        for act in ACTS:
            approvals.register_act(act)
        runs.register_kind(RUN_KIND)
