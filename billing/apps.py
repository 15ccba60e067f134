from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from billing.mail import INVOICE_MAIL
        from billing.web.masking import mask_tokens_in_logs
        from office.mail import register_kind

        register_kind(INVOICE_MAIL)
        mask_tokens_in_logs()
