"""Settings, tasks and mail texts as a person would type them."""

from typing import Any
from uuid import uuid4

from office.models import SavedView, Team, User, ViewSchedule
from office.operations.create_api_token import create_api_token
from office.operations.make_task import make_task
from office.talk.topics import About
from tests import world
from tests.browser.things.office import webhooks
from tests.rules.hostile import DAY, Forms


def a_task(customer: Any) -> int:
    """Something to do."""
    return make_task(customer.company, "call", "Call Eva", key=str(uuid4()), by=None, about=About.of(customer)).pk


def a_key(company: Any) -> int:
    """A key of whoever tries the forms."""
    return create_api_token("Shop", by=User.objects.filter(companies=company).latest("pk"))[0].pk


def views(company: Any) -> tuple[int, int]:
    """A view of whoever tries the forms, and its schedule."""
    owner = User.objects.filter(companies=company).order_by("-pk").first()
    view = SavedView.objects.create(
        company=company, owner=owner, name=str(uuid4()), path="/invoices/", title="Invoices"
    )
    return view.pk, ViewSchedule.objects.create(view=view, format="csv", rhythm="working_day", hour=7).pk


def timed(company: Any) -> dict[str, Any]:
    """A schedule as typed."""
    someone = User.objects.filter(companies=company).order_by("-pk").first()
    typed = {"format": "csv", "rhythm": "month_day", "week_day": "0", "month_day": "1", "hour": "7"}
    return typed | {"people": str(someone.pk)}


def forms(customer: Any) -> Forms:
    """Each form's page, what its address needs, and what is typed."""
    invoice = world.issue(customer, [world.line("100.00", "3")], DAY)
    company = {"legal_name": "Alder Ltd", "country": "DE", "email": "a@alder.example", "time_zone": "Europe/Berlin"}
    company |= {"net_days": "30", "tax_rounding": "document", "invoice_footer": "", "street": ""}
    company |= {"language": "en", "payment_reference": "number", "debit_notice_days": "14"}
    company |= {"debit_return_fee": "0"}
    company |= {"creditor_identifier": "DE98ZZZ09999999999", "ach_company_id": "1234567890"}
    look = {"accent": "#1f4e8c", "help_name": "n", "help_email": "a@alder.example", "help_phone": "1"}
    look |= {"privacy_notice": "https://alder.example/privacy"}
    look |= {"greeting": "g", "paying": "p", "foot": "f", "hours": "h"}
    view, schedule = views(customer.company)
    endpoint = webhooks(customer.company)["endpoint"]
    someone = User.objects.filter(companies=customer.company).latest("pk").pk
    team = Team.objects.create(company=customer.company, name=str(uuid4())).pk
    return {
        "office:view_new": ([], {"name": "n", "address": "/invoices/?state=paid", "is_shared": "on", "replaces": "on"}),
        "office:file_new": ([], {"address": "/invoices/?format=csv", "title": "t"}),
        "office:schedule_new": ([view], timed(customer.company)),
        "office:schedule": ([schedule], timed(customer.company)),
        "office:erase_colleague": ([world.make_user(customer.company, is_active=False).pk], {"reason": "r"}),
        "office:retention": ([], {"books": "10", "vouchers": "9", "letters": "8"}),
        "office:clear_past": ([], {}),
        "office:approval_rules": (
            [],
            {"above_credit_invoice": "1", "role_credit_invoice": "manager"},
        ),
        "office:deputy_list": (
            [],
            {"person": "1", "deputy": "2", "first_on": "2026-03-02", "last_on": "2026-03-02"},
        ),
        "office:unusual_list": ([], {"usual_looks": "50", "usual_files": "30", "usual_failures": "20"}),
        "office:team_list": ([], {"name": "n", "members": str(someone)}),
        "office:team": ([team], {"name": "n", "members": str(someone)}),
        "office:numbers_as_typed": ([], {"invoice": "INV-{year}-{number}", "customer": "C{number:05}"}),
        "office:set_exchange_rate": ([], {"currency": "USD", "on": "2026-03-02", "rate": "1"}),
        "office:release_copy": ([], {"went_on": "yes"}),
        "office:webhook_new": ([], {"name": "n", "url": "https://9.9.9.9/hook", "kinds": "invoice.issued"}),
        "office:webhook_edit": ([endpoint], {"name": "n", "url": "https://9.9.9.9/hook", "kinds": "invoice.issued"}),
        "office:rotate_webhook_secret": ([endpoint], {"hours": "24"}),
        "office:send_webhooks_again": ([endpoint], {"since": "2026-03-02", "all": "on"}),
        "office:profile": ([], {"daily_digest": "on"}),
        "office:token_list": ([], {"name": "n", "everything": "on", "scopes": "invoices:read", "days": "30"}),
        "office:rotate_api_token": ([a_key(customer.company)], {"hours": "24"}),
        "office:factor_rules": ([], {"roles": "clerk"}),
        "office:set_up_app": ([], {"code": "123456"}),
        "office:set_up_passkey": ([], {"name": "n", "passkey": "{}"}),
        "office:known": ([], {"known_asked": "GET", "known_word": "w", "known_code": "1", "known_passkey": "{}"}),
        "office:company_settings": ([], company),
        "office:face": ([], look),
        "office:face_preview": ([], look),
        "office:sending_hours": (
            [],
            {"mail_from_hour": "8", "mail_until_hour": "18", "mail_off_days": "next", "mail_daily_limit": "3"},
        ),
        "office:mail_text": (["invoice", "en"], {"subject": "s", "body": "{button}", "version": "0"}),
        "office:mail_text_preview": (["invoice", "en"], {"subject": "s", "body": "{button}", "customer": "1"}),
        "office:try_mail_text": (["receipt", "de"], {"subject": "s", "body": "b", "customer": "1"}),
        "office:restore_mail_text": (["receipt", "de"], {"version": "0"}),
        "office:task_new": ([], {"title": "t", "note": "n", "receiver": "", "due_on": "2026-03-02", "key": "k"}),
        "office:answer_task": ([a_task(customer)], {"body": "b", "done": "1"}),
        "office:finish_task": ([a_task(customer)], {"outcome": "o"}),
        "office:assign_task": ([a_task(customer)], {"receiver": "", "due_on": "2026-03-02"}),
        "office:say": (["billing.invoice", invoice.pk], {"body": "b"}),
        "office:ask": (["billing.invoice", invoice.pk], {"body": "b", "receiver": "sales", "due_on": "2030-03-02"}),
        "office:set_own_day": ([], {"day": "2026-03-02", "is_worked": "", "name": "n"}),
    }
