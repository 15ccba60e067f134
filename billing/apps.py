from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        from billing.access import disputes_for, invoices_for
        from billing.accuracy import sweep
        from billing.approvals import ACTS
        from billing.customer_acts import register_acts
        from billing.dispute_mail import DISPUTE_MAIL
        from billing.dispute_text import DISPUTE_TEXT
        from billing.exposure import DRAFTS
        from billing.mail import INVOICE_MAIL
        from billing.mail_words import INVOICE_TEXT
        from billing.operations import (
            do_billing_run,
            import_invoices,
            import_medical_codes,
            import_orders,
            import_products,
            import_shipments,
            import_usage,
            load_opening,
            undo_load,
        )
        from billing.ordered import ORDERED
        from billing.panels import DISPUTES_PANEL, FINDINGS_PANEL, ORDERS_PANEL
        from billing.personal import HELD, IMPERSONAL, waits
        from billing.policies import POLICIES
        from billing.shown_links import LINKS_PANEL
        from billing.web.portal_choices import choices_acts
        from billing.webhooks import EVENTS
        from customers.exposure import register_part
        from customers.panels import register_panel
        from office import mail
        from office.approvals.asking import register_act
        from office.mail import texts
        from office.policies.registry import register_policy
        from office.privacy.registry import register_held, register_waits
        from office.talk.topics import Topic, register_topic
        from office.webhooks.events import register_event
        from office.work import runs

        register_acts(choices_acts)
        for policy in POLICIES:
            register_policy(policy)
        mail.register_kind(INVOICE_MAIL)
        register_panel(ORDERS_PANEL)
        register_panel(DISPUTES_PANEL)
        register_panel(FINDINGS_PANEL)
        register_panel(LINKS_PANEL)
        register_part(DRAFTS)
        register_part(ORDERED)
        texts.register_text(INVOICE_TEXT)
        texts.register_text(DISPUTE_TEXT)
        mail.register_kind(DISPUTE_MAIL)
        see = "billing.view_invoice"
        register_topic(Topic("billing.dispute", "Dispute", disputes_for, "billing.view_dispute", "billing:dispute"))
        register_topic(Topic("billing.invoice", "Document", invoices_for, see, "billing:invoice"))
        imports = (
            import_invoices,
            import_medical_codes,
            import_orders,
            import_products,
            import_shipments,
            import_usage,
            load_opening,
            undo_load,
        )
        for kind in (*(each.RUN_KIND for each in imports), *do_billing_run.RUN_KINDS):
            runs.register_kind(kind)
        runs.register_kind(runs.RunKind(sweep.KIND, sweep.sweep_next))
        for act in ACTS:
            register_act(act)
        for event in EVENTS:
            register_event(event)
        register_held(HELD, IMPERSONAL)
        register_waits(waits)
