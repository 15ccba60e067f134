"""Whoever looks at what few may see leaves a row in the audit trail: whole account numbers, and medical codes."""

import ast
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from billing.medical import Service
from billing.operations.issue_invoice import issue_invoice
from billing.operations.set_medical_codes import set_medical_codes
from office.audit import recording
from office.models import AuditRecord, User
from office.operations.update_company import update_company
from tests import world
from tests.api.calling import Program
from tests.customers.accounts import confirmed

ROOT = Path(__file__).parents[2]
ROOMS = ("office", "customers", "billing", "payments", "credit_control", "reports")
DAY = date(2026, 3, 2)
pytestmark = pytest.mark.django_db

NOTED = "keeps the look itself"
ANOTHER = "is another function of that name"
OPENS = {
    "number_of": {
        "office/numbers/patterns.py": ANOTHER,
        "office/numbers/series.py": ANOTHER,
        "customers/operations/manage_accounts.py": NOTED,
        "payments/debit_files.py": "makes a file, whose download is kept",
        "payments/repayment_files.py": "makes a file, whose download is kept",
    },
    "unseal": {
        "office/sealing.py": "seals anew",
        "customers/api/duplicates.py": ANOTHER,
        "customers/operations/manage_accounts.py": NOTED,
        "customers/operations/decide_change.py": "seals it anew with the account",
        "customers/duplicates.py": "compares, and shows a share of likeness",
        "billing/accuracy/parties.py": "says what is wrong with a number, not the number",
        "payments/kept_files.py": "reads a file, whose download is kept",
        "office/ways_in/factors.py": "checks a code by it",
        "office/ways_in/log_ins.py": "ends a session by its key",
        "office/web/security.py": "shows the secret of an app to its owner, who sets it up",
        "office/operations/manage_webhooks.py": "compares with a secret that a program brings",
        "office/webhooks/signing.py": "signs by it",
        "reports/everything/writing.py": "is asked by export_all, which keeps it",
    },
    "bytes_of": {
        "payments/kept_files.py": "seals files anew",
        "payments/file_checks.py": "compares hashes",
        "payments/operations/download_payment_file.py": NOTED,
    },
    "diagnoses_of": {
        "billing/medical_facts.py": NOTED,
        "billing/chain.py": "makes a hash",
        "billing/pdf/page.py": "makes a PDF, which staff get by require_may_read",
    },
    "services_of": {
        "billing/medical_facts.py": NOTED,
        "billing/chain.py": "makes a hash",
        "billing/pdf/page.py": "makes a PDF, which staff get by require_may_read",
    },
    "kept_pdf": {
        "billing/pdf/documents.py": NOTED,
        "billing/pdf/merging.py": NOTED,
        "billing/mail.py": "goes to the customer; staff open it by require_may_open",
        "billing/web/portal.py": "is the customer's own",
        "credit_control/web/portal_history.py": "is the customer's own",
        "credit_control/account/documents.py": "is the customer's own",
        "credit_control/operations/make_archive.py": "makes it, and shows nothing",
        "credit_control/agency_file.py": NOTED,
    },
    "draft_pdf": {"billing/pdf/documents.py": NOTED},
    "pack": {"customers/operations/export_person.py": NOTED},
    "personal_rows": {
        "office/privacy/packing.py": "packs it for who keeps the look",
        "customers/operations/export_person.py": NOTED,
    },
}
"""What opens such a thing, and by which module, each with why a person's look at it is kept or there is none."""


def calls_in(source: str) -> Iterator[str]:
    """The names of all that a source calls."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            called = node.func
            yield called.id if isinstance(called, ast.Name) else getattr(called, "attr", "")


def test_nothing_opens_what_few_may_see_but_these() -> None:
    """A new place fails here: keep the look by `office.audit.note_look`, then name the place above."""
    found: dict[str, set[str]] = {name: set() for name in OPENS}
    for room in ROOMS:
        for path in (ROOT / room).rglob("*.py"):
            for name in set(calls_in(path.read_text())) & set(OPENS):
                found[name].add(str(path.relative_to(ROOT)))

    assert found == {name: set(places) for name, places in OPENS.items()}


def clinic() -> Any:
    """A company that prints its medical codes."""
    company = world.make_company(legal_name="Clinic Ltd", bills_healthcare=True)
    return update_company(company.pk, {"prints_medical_codes": True}, by=None)


def coded(company: Any, *, issued: bool) -> Any:
    draft = world.draft(world.make_customer(company), [world.line("90.00")], dated_on=DAY)
    draft = set_medical_codes(draft.pk, ["E119"], [Service(1, DAY, "99213", [], ["A"])], version=draft.version, by=None)
    return issue_invoice(draft.pk, by=None, on=DAY) if issued else draft


def _page(name: str) -> Callable[[User, int], Any]:
    def look(user: User, pk: int) -> Any:
        browser = Client()
        browser.force_login(user)
        return browser.get(reverse(name, args=[pk]))

    return look


def _program(path: str) -> Callable[[User, int], Any]:
    return lambda user, pk: Program(user).get(path.format(pk))


def _merged(user: User, pk: int) -> Any:
    browser = Client()
    browser.force_login(user)
    return browser.post(reverse("billing:print_chosen"), {"list": "invoices", "selected": [pk]})


LOOKS = {
    "page": (_page("billing:invoice"), True),
    "PDF": (_page("billing:invoice_pdf"), True),
    "PDF of a draft": (_page("billing:invoice_pdf"), False),
    "codes to change": (_page("billing:set_medical_codes"), False),
    "codes by API": (_program("invoices/{}/medical/"), True),
    "PDF by API": (_program("invoices/{}/pdf/"), True),
    "printed with others": (_merged, True),
}


def looks_of(user: User, subject: Any) -> int:
    rows = AuditRecord.objects.filter(action="see_medical_codes", by=user, company=subject.company)
    return rows.filter(subject_type="billing.invoice", subject_id=subject.pk).count()


@pytest.mark.parametrize("how", LOOKS)
def test_a_look_at_medical_codes_is_kept_once_in_a_short_while(how: str, time_machine: Any) -> None:
    look, issued = LOOKS[how]
    company = clinic()
    invoice = coded(company, issued=issued)
    clerk, other = world.make_user(company), world.make_user(company, "manager")
    for user in (clerk, other, clerk):
        assert look(user, invoice.pk).status_code == 200
    assert [looks_of(user, invoice) for user in (clerk, other)] == [1, 1]

    time_machine.move_to(timezone.now() + 2 * recording.SHORT_WHILE, tick=False)
    look(clerk, invoice.pk)
    assert [looks_of(user, invoice) for user in (clerk, other)] == [2, 1]


def test_where_nothing_is_shown_no_look_is_kept() -> None:
    company = clinic()
    invoice = coded(company, issued=True)
    plain = world.issue(invoice.customer, "10.00", DAY)
    clerk, collector = world.make_user(company), world.make_user(company, "collector")
    for name in ("billing:invoice", "billing:invoice_pdf"):
        _page(name)(clerk, plain.pk)
        _page(name)(collector, invoice.pk)

    assert (looks_of(clerk, plain), looks_of(collector, invoice)) == (0, 0)


def test_each_reading_of_a_whole_number_is_kept(company: Any, customer: Any) -> None:
    account, manager = confirmed(customer), world.make_user(company, "manager")
    browser = Client()
    browser.force_login(manager)
    assert browser.post(reverse("customers:reveal_account", args=[account.pk])).status_code == 200
    assert Program(manager).get(f"customer-accounts/{account.pk}/number/").status_code == 200

    assert AuditRecord.objects.filter(action="reveal_account", by=manager, subject_id=account.pk).count() == 2
