from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "payments"
    verbose_name = "Payments"

    def ready(self) -> None:
        from billing.customer_acts import register_acts, register_told
        from billing.portal_downloads import register_downloads
        from billing.ways_to_pay import register_note, register_offer
        from customers.duplicates import register_accounts
        from office import mail
        from office.approvals.asking import register_act
        from office.mail import texts
        from office.policies.registry import register_policy
        from office.privacy.registry import register_held
        from office.talk.topics import register_topic
        from office.webhooks.events import register_event
        from office.work import runs
        from payments.approvals import ACTS
        from payments.debit_mail import DEBIT_NOTICE
        from payments.debit_note import note_on_debit
        from payments.debit_words import DEBIT_TEXT
        from payments.not_found_mail import NOT_FOUND_MAIL
        from payments.not_found_words import NOT_FOUND_TEXT
        from payments.online.offers import credit_acts, note_on_its_way, online_offers
        from payments.online.receipts import receipt_downloads
        from payments.operations import apply_receipts, match_certain, prepare_bank_table
        from payments.paid_acts import paid_acts, paid_told
        from payments.payer_accounts import KNOWN
        from payments.personal import HELD, IMPERSONAL
        from payments.policies import POLICIES
        from payments.receipt_mail import RECEIPT_MAIL
        from payments.receipt_words import RECEIPT_TEXT
        from payments.topics import TOPICS
        from payments.webhooks import EVENTS

        mail.register_kind(DEBIT_NOTICE)
        mail.register_kind(RECEIPT_MAIL)
        mail.register_kind(NOT_FOUND_MAIL)
        texts.register_text(NOT_FOUND_TEXT)
        texts.register_text(DEBIT_TEXT)
        texts.register_text(RECEIPT_TEXT)
        for topic in TOPICS:
            register_topic(topic)
        for policy in POLICIES:
            register_policy(policy)
        for act in ACTS:
            register_act(act)
        for kind in (apply_receipts.RUN_KIND, match_certain.RUN_KIND, prepare_bank_table.RUN_KIND):
            runs.register_kind(kind)
        register_accounts(KNOWN)
        register_offer(online_offers)
        register_note(note_on_its_way)
        register_note(note_on_debit)
        register_downloads(receipt_downloads)
        register_acts(paid_acts)
        register_acts(credit_acts)
        register_told(paid_told)
        for event in EVENTS:
            register_event(event)
        register_held(HELD, IMPERSONAL)
