from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from billing.mail import INVOICE_MAIL  # noqa: PLC0415 - models load before
        from billing.web.masking import mask_tokens_in_logs  # noqa: PLC0415
        from office.mail import register_kind  # noqa: PLC0415

        register_kind(INVOICE_MAIL)
        mask_tokens_in_logs()
