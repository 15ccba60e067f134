from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from billing.mail import INVOICE_MAIL
        from billing.operations.import_invoices import RUN_KIND as IMPORT_INVOICES
        from billing.operations.import_usage import RUN_KIND as IMPORT_USAGE
        from billing.web.masking import mask_tokens_in_logs
        from office import mail, runs

        mail.register_kind(INVOICE_MAIL)
        runs.register_kind(IMPORT_INVOICES)
        runs.register_kind(IMPORT_USAGE)
        mask_tokens_in_logs()
