from django.apps import AppConfig


class CustomersConfig(AppConfig):
    name = "customers"
    verbose_name = "Customers"

    def ready(self) -> None:
        from customers.access import applications_for, change_requests_for, customers_for
        from customers.application_panel import PANEL
        from customers.approvals import ACTS
        from customers.change_mail import ADDRESS_MAIL
        from customers.change_words import ADDRESS_TEXT
        from customers.mandate_mail import MANDATE_MAIL
        from customers.mandate_words import MANDATE_TEXT
        from customers.operations.import_customers import RUN_KIND
        from customers.panels import register_panel
        from customers.personal import HELD, IMPERSONAL, waits
        from customers.policies import POLICIES
        from customers.webhooks import EVENTS
        from office import mail
        from office.approvals.asking import register_act
        from office.mail import texts
        from office.policies.registry import register_policy
        from office.privacy.registry import register_held, register_waits
        from office.talk.topics import Topic, register_topic
        from office.webhooks.events import register_event
        from office.work.runs import register_kind

        register_kind(RUN_KIND)
        register_panel(PANEL)
        for policy in POLICIES:
            register_policy(policy)
        for act in ACTS:
            register_act(act)
        mail.register_kind(ADDRESS_MAIL)
        mail.register_kind(MANDATE_MAIL)
        texts.register_text(ADDRESS_TEXT)
        texts.register_text(MANDATE_TEXT)
        asked = "customers.changerequest"
        register_topic(
            Topic(asked, "Change asked for", change_requests_for, "customers.view_customer", "customers:change_request")
        )
        see, label = "customers.view_customer", "customers.accountapplication"
        register_topic(Topic(label, "Application", applications_for, see, "customers:application"))
        label = "customers.customer"
        register_topic(Topic(label, "Customer", customers_for, "customers.view_customer", "customers:customer"))
        for event in EVENTS:
            register_event(event)
        register_held(HELD, IMPERSONAL)
        register_waits(waits)
