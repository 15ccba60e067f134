from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Reports"

    def ready(self) -> None:
        from office.privacy.registry import register_held
        from office.work.runs import RunKind, register_kind
        from reports.closing.state import KIND as CLOSE_PACK
        from reports.nightly import KIND, check_next
        from reports.operations import begin_journal_export
        from reports.operations.make_close_pack import plan_pack
        from reports.personal import HELD, IMPERSONAL

        register_kind(RunKind(KIND, check_next))
        register_kind(RunKind(begin_journal_export.KIND, begin_journal_export.export_in_run))
        register_kind(RunKind(CLOSE_PACK, None, plan=plan_pack))
        register_held(HELD, IMPERSONAL)
