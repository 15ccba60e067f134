"""Saved views: what is kept of an address, who sees it, who may change it; and which columns a list shows."""

from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from ledger.refusals import Refused
from office.models import AuditRecord, SavedView, User
from office.operations import keep_view
from office.operations.keep_view import change_view, delete_view, save_view
from office.views import views_for
from office.web.asking import KnownAddress, known_address
from tests.api.calling import Program, refused
from tests.world import issue, make_company, make_user

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 1)
INVOICES = "/invoices/"


@pytest.fixture
def browser(clerk) -> Client:
    client = Client()
    client.force_login(clerk)
    return client


def keep(company: Any, by: User, name: str = "Late ones", query: str = "?state=overdue", **how: Any) -> SavedView:
    return save_view(company, name, KnownAddress(INVOICES, query, "Invoices"), by=by, **how)


def send(browser: Client, page: str, /, *args: Any, **typed: Any) -> Any:
    return browser.post(reverse(f"office:{page}", args=args), typed)


def acts() -> list[str]:
    return list(AuditRecord.objects.order_by("pk").values_list("action", flat=True))


def test_a_view_keeps_only_what_its_list_knows_and_opens_as_a_link(browser, company, customer, clerk):
    issue(customer, "10.00", DAY)
    typed = "/invoices/?state=overdue&sort=total&evil=1&cols=open,nothing,total&state_x=2&after=xyz&format=csv"
    answer = send(browser, "view_new", name=" Late  ones ", address=typed)

    view = SavedView.objects.get()
    assert (view.name, view.path, view.query) == ("Late ones", INVOICES, "?sort=total&cols=open%2Ctotal&state=overdue")
    assert (view.title, view.owner, view.company, view.is_shared) == ("Invoices", clerk, company, False)
    assert answer.url == view.address
    page = browser.get(view.address).content.decode()
    assert 'aria-current="true">Late ones' in page
    assert acts()[-1] == "save_view"


@pytest.mark.parametrize(
    ("address", "code"),
    [
        ("/invoices/999/", "may_not_see"),
        ("/nothing-here/", "no_such_page"),
        ("//evil.example/invoices/", "no_such_page"),
        ("https://evil.example/invoices/", "no_such_page"),
        ("/log-in/", "no_such_page"),
        ("/tasks/new/", "no_views_here"),
        ("/settings/", "may_not_see"),
    ],
)
def test_nothing_else_can_be_kept(company, clerk, address, code):
    with pytest.raises(Refused) as refusal:
        known_address(clerk, company, address)
    assert refusal.value.code == code


def test_a_form_with_a_foreign_address_leads_nowhere_else(browser):
    for address in ("https://evil.example/", "//evil.example/", ""):
        answer = send(browser, "view_new", name="x", address=address)
        assert answer.url == reverse("office:view_list")
    assert SavedView.objects.count() == 0


def test_a_name_is_taken_once_for_each_owner_and_list_and_replaced_where_asked(company, clerk, manager):
    view = keep(company, clerk)
    with pytest.raises(Refused) as refusal:
        keep(company, clerk, query="?state=paid")
    assert refusal.value.code == "name_taken"

    assert keep(company, clerk, query="?state=paid", replaces=True).pk == view.pk
    assert keep(company, manager).pk != view.pk
    assert SavedView.objects.get(pk=view.pk).query == "?state=paid"
    with pytest.raises(IntegrityError), transaction.atomic():
        SavedView.objects.create(company=company, owner=clerk, name="Late ones", path=INVOICES)


def test_a_view_needs_a_name_and_they_are_not_without_end(company, clerk, monkeypatch):
    with pytest.raises(Refused) as refusal:
        keep(company, clerk, name=" \0 ")
    assert refusal.value.code == "name_missing"
    monkeypatch.setattr(keep_view, "MOST", 1)
    keep(company, clerk)
    with pytest.raises(Refused) as refusal:
        keep(company, clerk, name="Another")
    assert (refusal.value.code, SavedView.objects.count()) == ("too_many_views", 1)


def test_the_menu_shows_ones_own_first_then_what_others_share(browser, company, clerk, manager):
    keep(company, manager, "A shared one", is_shared=True)
    keep(company, manager, "A private one")
    keep(company, clerk, "Mine")
    keep(make_company(legal_name="Other"), clerk, "Elsewhere")
    page = browser.get(INVOICES).content.decode()

    assert page.index(">Mine") < page.index(">A shared one")
    assert manager.name in page[page.index(">A shared one") :][:200]
    assert "A private one" not in page
    assert "Elsewhere" not in page
    assert "Mine" not in browser.get("/receipts/").content.decode()


def test_only_its_owner_renames_and_shares_it_and_that_is_audited(browser, company, clerk, manager):
    theirs, mine = keep(company, manager, is_shared=True), keep(company, clerk, "Mine")
    assert browser.get(reverse("office:view", args=[theirs.pk])).status_code == 200
    assert send(browser, "view", theirs.pk, name="Taken over").status_code == 404

    send(browser, "view", mine.pk, name="Ours", is_shared="on")
    mine.refresh_from_db()
    assert (mine.name, mine.is_shared) == ("Ours", True)
    last = AuditRecord.objects.latest("pk")
    assert (last.action, last.before["shared"], last.after["shared"]) == ("change_view", "no", "yes")
    change_view(mine.pk, name="Ours", is_shared=True, by=clerk)  # nothing changes, so nothing is noted
    assert AuditRecord.objects.latest("pk") == last


def test_a_private_view_of_somebody_else_is_not_found(browser, company, manager):
    view = keep(company, manager)
    for name in ("view", "view_delete"):
        assert send(browser, name, view.pk, name="x").status_code == 404
    assert browser.get(reverse("office:view", args=[view.pk])).status_code == 404
    assert SavedView.objects.count() == 1


def test_an_administrator_takes_away_what_is_shared_and_nobody_else_does(company, clerk, manager):
    administrator = make_user(company, "administrator")
    shared, private = keep(company, manager, is_shared=True), keep(company, manager, "Private")
    for person, view in ((clerk, shared), (administrator, private)):
        with pytest.raises(Refused) as refusal:
            delete_view(view.pk, by=person)
        assert refusal.value.code == "not_yours"

    delete_view(shared.pk, by=administrator)
    delete_view(private.pk, by=manager)
    assert (SavedView.objects.count(), acts()[-2:]) == (0, ["delete_view", "delete_view"])
    with pytest.raises(Refused):
        delete_view(shared.pk, by=administrator)


def test_a_shared_view_gives_nobody_a_right(company, manager):
    keep(company, manager, is_shared=True)
    limited = make_user(make_company(legal_name="Other"), "manager")
    assert views_for(limited).count() == 0


def test_the_columns_of_the_address_are_shown_in_its_order_after_the_first(browser, customer):
    issue(customer, "10.00", DAY)
    page = browser.get(f"{INVOICES}?cols=open,customer,nothing,number,open").content.decode()
    head = page[page.index("<thead>") : page.index("</thead>")]

    assert [word for word in ("Invoice", "Open", "Customer") if word in head] == ["Invoice", "Open", "Customer"]
    assert head.index("Invoice") < head.index("Open") < head.index("Customer")
    assert head.count("<th ") == 3
    boxes = browser.get(f"{INVOICES}?cols=open&cols=customer").content.decode()
    assert boxes[boxes.index("<thead>") : boxes.index("</thead>")].count("<th ") == 3
    assert 'href="?cols=customer%2Copen" aria-label="Move Customer one place earlier"' in page
    assert "The usual columns" in page
    assert "The usual columns" not in browser.get(f"{INVOICES}?cols=nothing").content.decode()


def test_files_and_the_foot_have_the_same_columns(browser, customer):
    issue(customer, "10.00", DAY)
    csv = b"".join(browser.get(f"{INVOICES}?cols=open,customer&format=csv")).decode()
    assert csv.splitlines()[0] == "\ufeffInvoice,Open,Customer,Currency"
    foot = browser.get(f"{INVOICES}?cols=customer,open&part=foot").content.decode()
    assert foot.count("<td") == 2
    assert "All 1 that match" in foot
    without = b"".join(browser.get(f"{INVOICES}?cols=customer&format=csv")).decode()
    assert without.splitlines()[0] == "\ufeffInvoice,Customer"


def test_a_report_keeps_what_its_address_says_and_leaves_the_rest_open(browser, company, clerk):
    kept = known_address(clerk, company, "/reports/taxes/?first_day=2026-01-01&last_day=nonsense&after=x&evil=1")
    assert (kept.path, kept.query, kept.title) == ("/reports/taxes/", "?first_day=2026-01-01", "Tax report")
    save_view(company, "This year", kept, by=clerk)
    assert "This year" in browser.get("/reports/taxes/").content.decode()
    assert b"".join(browser.get("/reports/taxes/?first_day=2026-01-01&format=xlsx")).startswith(b"PK")


def test_by_program(company, clerk, manager):
    program = Program(clerk)
    made = program.post("views/", {"name": "Late", "address": "/invoices/?state=overdue&x=1"})
    assert (made.status_code, made.json()["address"]) == (201, "/invoices/?state=overdue")
    assert refused(program.post("views/", {"name": "Late", "address": "/invoices/"})) == (409, "name_taken")
    assert refused(program.post("views/", {"name": "Late", "address": "/log-in/"})) == (409, "no_such_page")
    shared, private = keep(company, manager, is_shared=True), keep(company, manager, "Private")
    assert [row["name"] for row in program.get("views/").json()["results"]] == ["Late", "Late ones"]
    assert refused(program.delete(f"views/{shared.pk}/")) == (409, "not_yours")
    assert program.delete(f"views/{private.pk}/").status_code == 404
    assert program.delete(f"views/{made.json()['id']}/").status_code == 204
