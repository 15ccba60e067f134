from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from billing.mail import INVOICE_MAIL
        from billing.operations.import_invoices import RUN_KIND
        from billing.web.masking import mask_tokens_in_logs
        from office import mail, runs

        mail.register_kind(INVOICE_MAIL)
        runs.register_kind(RUN_KIND)
        mask_tokens_in_logs()
