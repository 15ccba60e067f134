"""Administrators of every company have everything made as one file, for some days, and the audit trail says so."""

import csv
from io import BytesIO, StringIO
from typing import Any
from zipfile import ZipFile

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from ledger.refusals import Refused
from office.models import AuditRecord, KeptFile, Run, RunStatus, User
from office.tasks import carry_out_run
from office.web.asking import require_may_ask
from office.web.sessions import KNOWN
from tests import world

pytestmark = pytest.mark.django_db

PAGE, FILE = "/settings/export/", "/settings/export/everything.zip"


@pytest.fixture
def administrator(company: Any) -> User:
    return world.make_user(company, "administrator")


@pytest.fixture
def browser(administrator: User) -> Client:
    client = Client()
    client.force_login(administrator)
    return client


def ordered(browser: Client) -> Run:
    answer = browser.post(reverse("office:file_new"), {"address": FILE, "title": "Everything"})
    run = Run.objects.latest("pk")
    assert answer["Location"] == reverse("office:kept_file", args=[run.pk])
    return run


def test_it_is_ordered_made_by_workers_downloaded_and_kept_in_the_audit_trail(
    browser: Client, administrator: User, company: Any, customer: Any
):
    world.issue(customer, "77.00", company.today())
    page = browser.get(PAGE).content.decode()
    assert "Exports before" not in page
    assert str(company) in page
    assert Run.objects.count() == 0  # looking makes nothing

    run = ordered(browser)
    carry_out_run(run.pk)
    run.refresh_from_db()
    assert (run.status, run.explanation) == (RunStatus.DONE, "")
    assert run.done > 100  # rows, told while it was made
    answer = browser.get(reverse("office:kept_file_download", args=[run.pk]))
    content = b"".join(answer)
    assert answer["Content-Disposition"] == f'attachment; filename="everything-{company.today()}.zip"'
    with ZipFile(BytesIO(content)) as archive:
        assert archive.testzip() is None
        [invoice] = csv.DictReader(StringIO(archive.read("tables/billing_invoice.csv").decode()))
    assert (invoice["total"], KeptFile.objects.get().size) == ("77.0000", len(content))
    record = AuditRecord.objects.get(action="export_all")
    assert (record.by, record.company, record.after["account numbers"]) == (administrator, company, "sealed")
    assert f"{administrator}</li>" in browser.get(PAGE).content.decode()


def test_who_opens_the_files_address_has_nothing_made(browser: Client):
    answer = browser.get(FILE, follow=True)
    assert answer.redirect_chain == [(PAGE, 302)]
    assert "made while you go on working" in answer.content.decode()
    assert not AuditRecord.objects.filter(action="export_all").exists()


def test_before_the_download_one_shows_who_one_is(browser: Client):
    run = ordered(browser)
    carry_out_run(run.pk)
    session = browser.session
    session[KNOWN] = timezone.now().timestamp() - 16 * 60
    session.save()
    answer = browser.get(reverse("office:kept_file_download", args=[run.pk]))
    assert not answer.streaming
    assert 'name="known_word"' in answer.content.decode()


@pytest.mark.parametrize("role", ["clerk", "manager", "auditor"])
def test_others_have_none_made(company: Any, role: str):
    browser = Client()
    browser.force_login(world.make_user(company, role))
    assert (browser.get(PAGE).status_code, browser.get(FILE).status_code) == (403, 403)
    browser.post(reverse("office:file_new"), {"address": FILE, "title": "Everything"})
    assert Run.objects.count() == 0


def test_who_works_not_for_every_company_has_none_made_and_downloads_none(
    browser: Client, administrator: User, company: Any
):
    run = ordered(browser)
    late = ordered(browser)
    carry_out_run(run.pk)
    world.make_company(legal_name="Another Ltd")
    assert (browser.get(PAGE).status_code, browser.get(FILE).status_code) == (403, 403)
    with pytest.raises(Refused, match="may not see"):
        require_may_ask(administrator, company, FILE)
    answer = browser.get(reverse("office:kept_file_download", args=[run.pk]), follow=True)
    assert "may not see this page" in answer.content.decode()
    carry_out_run(late.pk)
    late.refresh_from_db()
    assert (late.status, KeptFile.objects.filter(run=late).exists()) == (RunStatus.FAILED, False)
    assert AuditRecord.objects.filter(action="export_all").count() == 1
