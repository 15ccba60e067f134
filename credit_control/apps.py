from django.apps import AppConfig


class CreditControlConfig(AppConfig):
    name = "credit_control"
    verbose_name = "Credit control"

    def ready(self) -> None:
        from billing.beside import register_beside
        from billing.customer_acts import register_acts
        from billing.shown_links import register_links
        from credit_control.account.code_mail import ACCOUNT_CODE_MAIL
        from credit_control.account.code_words import ACCOUNT_CODE_TEXT
        from credit_control.account.link_mail import ACCOUNT_LINK_MAIL
        from credit_control.account.link_words import ACCOUNT_LINK_TEXT
        from credit_control.account.mandates import mandate_acts
        from credit_control.account.offered import account_acts
        from credit_control.account.shown import shown_account_links
        from credit_control.approvals import ACTS
        from credit_control.digest_mail import DIGEST_KIND
        from credit_control.hand_overs import is_with_agency
        from credit_control.late_charges import beside_invoice
        from credit_control.operations import claim_many, do_statement_run, look_for_holds, make_archive, remind_many
        from credit_control.operations.find_missed_payments import note_returned
        from credit_control.own_promises import promise_acts
        from credit_control.panels import PANELS, agreed_days, missed_events
        from credit_control.personal import HELD, IMPERSONAL, waits
        from credit_control.plans.late import coming_by_agreement, late_by_agreement
        from credit_control.plans.mail import PLAN_MAILS
        from credit_control.plans.reading import is_planned
        from credit_control.plans.words import PLAN_TEXTS
        from credit_control.policies import POLICY
        from credit_control.reminders.mail import REMINDER_MAIL
        from credit_control.reminders.words import REMINDER_TEXT
        from credit_control.statements.mail_words import STATEMENT_TEXT
        from credit_control.statements.statement_mail import STATEMENT_MAIL
        from credit_control.topics import TOPICS
        from credit_control.webhooks import EVENTS
        from customers.panels import register_days, register_events, register_panel
        from ledger.agreed_days import register_agreed_days
        from office import mail
        from office.approvals.asking import register_act
        from office.mail import texts
        from office.policies.registry import register_policy
        from office.privacy.registry import register_held, register_waits
        from office.talk.topics import register_topic
        from office.webhooks.events import register_event
        from office.work import runs
        from payments.debiting import register_kept_out
        from payments.returned import register_returned

        register_policy(POLICY)
        for act in ACTS:
            register_act(act)
        for owner in (claim_many, do_statement_run, look_for_holds, make_archive, remind_many):
            runs.register_kind(owner.RUN_KIND)
        mail.register_kind(REMINDER_MAIL)
        mail.register_kind(DIGEST_KIND)
        texts.register_text(REMINDER_TEXT)
        texts.register_text(STATEMENT_TEXT)
        mail.register_kind(STATEMENT_MAIL)
        for account_mail in (ACCOUNT_CODE_MAIL, ACCOUNT_LINK_MAIL):
            mail.register_kind(account_mail)
        for account_text in (ACCOUNT_CODE_TEXT, ACCOUNT_LINK_TEXT):
            texts.register_text(account_text)
        for plan_mail in PLAN_MAILS:
            mail.register_kind(plan_mail)
        for text in PLAN_TEXTS:
            texts.register_text(text)
        for topic in TOPICS:
            register_topic(topic)
        register_beside(beside_invoice)
        register_links(shown_account_links)
        register_acts(account_acts)
        register_acts(promise_acts)
        register_acts(mandate_acts)
        register_kept_out(is_planned)
        register_kept_out(is_with_agency)
        register_returned(note_returned)
        register_days(agreed_days)
        register_events(missed_events)
        register_agreed_days(late_by_agreement, coming_by_agreement)
        for panel in PANELS:
            register_panel(panel)
        for event in EVENTS:
            register_event(event)
        register_held(HELD, IMPERSONAL)
        register_waits(waits)
