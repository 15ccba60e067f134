from django.apps import AppConfig
from django.db.models.signals import post_migrate


class OfficeConfig(AppConfig):
    name = "office"
    verbose_name = "Office"

    def ready(self) -> None:
        from office.approvals.mail import APPROVAL_MAILS
        from office.mail import register_kind
        from office.mail.ends import ENDS
        from office.mail.log_in_links import LOG_IN_LINK
        from office.mail.to_staff import TO_STAFF
        from office.mail.trial import TRIAL_MAIL
        from office.mail.unusual import UNUSUAL
        from office.mail.way_in import WAY_IN
        from office.personal import HELD, IMPERSONAL
        from office.policies.own import POLICIES
        from office.policies.registry import register_policy
        from office.privacy.registry import register_held
        from office.roles import grant_roles
        from office.talk.topics import TASK_TOPIC, register_topic
        from office.web.making_files import FILE_RUN
        from office.web.view_mail import VIEW_KIND
        from office.work.runs import register_kind as register_run

        for kind in (TRIAL_MAIL, UNUSUAL, VIEW_KIND, WAY_IN, LOG_IN_LINK, *ENDS, *TO_STAFF, *APPROVAL_MAILS):
            register_kind(kind)
        register_run(FILE_RUN)
        for policy in POLICIES:
            register_policy(policy)
        register_topic(TASK_TOPIC)
        post_migrate.connect(grant_roles, dispatch_uid="office.grant_roles")
        register_held(HELD, IMPERSONAL)
