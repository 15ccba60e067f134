"""Every page behind a link, by everybody: nobody, staff of each role, another customer, a link that was revoked, one
that ran out, and the owner. Whoever is not the owner learns not even whether a thing exists."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils import timezone

from billing.models import DocumentLink, LinkOpening
from billing.operations.attach_to_dispute import attach_to_dispute
from billing.operations.issue_invoice import issue_invoice
from billing.operations.manage_attachments import attach_file
from billing.operations.mint_link import mint_link
from billing.web import portal
from credit_control.models import AccountLink, AccountOpening
from credit_control.operations.mint_account_link import mint_account_link
from credit_control.operations.send_statement import send_statement
from credit_control.statements.usual import usual_asked, usual_period
from credit_control.web import account_door
from office.models import AuditRecord, OutgoingMail
from office.operations.set_face import set_face
from office.roles import ROLES
from office.web.customer_door import LinkCookie
from tests import world
from tests.billing.disputing import dispute
from tests.credit_control.opening import opened, shown
from tests.credit_control.planning import offer
from tests.customers.accounts import IBAN, NEW_IBAN
from tests.payments.debits import may_debit
from tests.payments.giving import given_by
from tests.payments.online import asked_of
from tests.rules.customer_pages import OTHERWISE, PAGES, WITHOUT_CODE
from tests.rules.test_doors import OPEN

pytestmark = pytest.mark.django_db
PNG = b"\x89PNG\r\n\x1a\n a photo"
NO_ID = {str: "none", int: 0}


def open_names(resolver: Any = None, before: str = "") -> Iterator[str]:
    """The names of all routes that need no log-in."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from open_names(pattern, f"{before}{pattern.namespace}:" if pattern.namespace else before)
        elif isinstance(pattern, URLPattern) and getattr(pattern.callback, "door", "") == OPEN:
            yield f"{before}{pattern.name or ''}"


class Owner:
    """A customer with one of each thing that their pages name, and a browser that came by both links and the code."""

    def __init__(self, company: Any, name: str, number: str) -> None:
        self.customer = world.make_customer(company, name)
        self.contact = self.customer.contacts.get()
        today = company.today()
        draft = world.draft(self.customer, "300.00", dated_on=today)
        attachment = attach_file(draft.pk, "plan.pdf", b"%PDF-1.7 plan", goes_along=True, by=None)
        invoice = issue_invoice(draft.pk, by=None, on=today)
        self.tokens = mint_link(invoice, self.contact), mint_account_link(self.customer, self.contact)
        self.link, self.account = DocumentLink.objects.latest("pk"), AccountLink.objects.latest("pk")
        objection = dispute(invoice, "10.00", on=today)
        file = attach_to_dispute(objection.pk, "photo.png", PNG)
        receipt = world.receive(self.customer, "5.00", today)
        world.apply(receipt, invoice, "5.00", today)
        statement = send_statement(usual_period(self.customer, None, None), usual_asked(self.customer), by=None)
        plan = offer(self.customer, [world.issue(self.customer, "90.00", today)], (10, "45.00"), (40, "45.00"))
        doors = (f"document:{self.link.pk}", f"account:{self.account.pk}")
        payments = [
            asked_of(world.issue(self.customer, "7.00", today), door=door, reference=f"{name}-{place}", status="failed")
            for place, door in enumerate(doors)
        ]
        may_debit(company)
        mandate = given_by(self.customer, number)
        self.things: dict[str, tuple[Any, ...]] = {
            "": (),
            "attachment": (attachment.pk,),
            "dispute": (objection.pk,),
            "dispute_file": (objection.pk, file.pk),
            "document": (self.link.ref,),
            "invoice": (invoice.pk,),
            "statement": (statement.pk,),
            "plan": (plan.pk,),
            "mandate": (mandate.pk,),
            "receipt": (receipt.pk,),
            "payment": (payments[0].reference,),
            "account_payment": (payments[1].reference,),
        }
        self.browser = Client()
        self.browser.get(f"/p/{self.tokens[0]}/")
        opened(self.browser, self.tokens[1])

    def address(self, name: str, things: tuple[Any, ...] | None = None) -> str:
        """A page of this customer's, naming their thing or another."""
        is_account = name.startswith("account:") and name != "account:from_document"
        ref = self.account.ref if is_account else self.link.ref
        return reverse(name, args=[ref, *(self.things[PAGES[name].names] if things is None else things)])


@pytest.fixture
def owner(company: Any) -> Owner:
    company.logo, company.logo_type = PNG, "image/png"
    company.save()
    return Owner(company, "Alpha", IBAN)


@pytest.fixture
def other(company: Any, owner: Owner) -> Owner:
    return Owner(company, "Beta", NEW_IBAN)


def told(browser: Client, address: str) -> tuple[Any, Any]:
    """What looking and sending answer; what they did is taken back."""
    answers = []
    for call in (browser.get, browser.post):
        with transaction.atomic():
            answer = call(address)
            transaction.set_rollback(True)
        answers.append((answer.status_code, answer.headers.get("Location", ""), b"".join(answer)))
    return answers[0], answers[1]


def statuses(browser: Client, addresses: dict[str, str]) -> dict[str, tuple[int, int]]:
    """By page, the statuses of both."""
    return {name: (each[0][0], each[1][0]) for name, at in addresses.items() for each in [told(browser, at)]}


def missing(answer: int, status: int) -> int:
    """What somebody gets who may not come in: 405 stays, as it is said of the address alone."""
    return status if answer else 405


def expected(**of: int) -> dict[str, tuple[int, int]]:
    return {name: (missing(page.looks, of["get"]), missing(page.sends, of["post"])) for name, page in PAGES.items()}


def test_every_open_route_has_a_row() -> None:
    assert set(open_names()) == set(PAGES) | set(OTHERWISE)


def test_the_owner_gets_what_the_table_says(owner: Owner) -> None:
    addresses = {name: owner.address(name) for name in PAGES}
    said = {name: (page.looks or 405, page.sends or 405) for name, page in PAGES.items()}
    assert statuses(owner.browser, addresses) == said


def test_every_page_says_whom_to_ask_and_links_the_privacy_notice(owner: Owner) -> None:
    notice = "https://alder.example/privacy"
    set_face(owner.customer.company, notice=notice, texts={}, by=None)
    addresses = {name: owner.address(name) for name in PAGES}
    pages = {name: told(owner.browser, at)[0] for name, at in addresses.items()}
    silent = [
        name
        for name, (status, _to, content) in pages.items()
        if status == 200
        and content.startswith(b"<!DOCTYPE html>")
        and (b'class="help"' not in content or f'href="{notice}"'.encode() not in content)
    ]
    assert silent == []
    assert sum(content.startswith(b"<!DOCTYPE html>") for _, _, content in pages.values()) > 10


def test_what_is_not_found_says_whom_to_ask_only_to_who_came_by_a_link(owner: Owner, other: Owner) -> None:
    """And of the company of that link."""
    asks = b'class="help"'
    for name in ("portal:file", "portal:dispute", "account:statement", "account:plan"):
        theirs = other.things[PAGES[name].names]
        missing_one, nobody = (told(each, owner.address(name, theirs))[0] for each in (owner.browser, Client()))
        assert (missing_one[0], nobody[0]) == (404, 404), name
        assert (asks in missing_one[2], asks in nobody[2]) == (True, False), name
        assert asks not in told(other.browser, owner.address(name))[0][2], name


def test_before_the_code_the_account_leads_to_it(owner: Owner) -> None:
    half = Client()
    shown(half, owner.tokens[1])
    for name in PAGES:
        if name.startswith("account:") and name != "account:from_document":
            looked, sent = told(half, owner.address(name))
            answer = looked if PAGES[name].looks else sent
            assert answer[0] == WITHOUT_CODE.get(name, 302), name
            if name not in WITHOUT_CODE:
                assert answer[1] == owner.address("account:code"), name


def test_nobody_and_no_member_of_staff_comes_in(owner: Owner, company: Any) -> None:
    addresses = {name: owner.address(name) for name in PAGES}
    assert statuses(Client(), addresses) == expected(get=404, post=404)
    for role in ROLES:
        desk = Client()
        desk.force_login(world.make_user(company, role))
        few = {name: addresses[name] for name in ("portal:document", "account:page", "account:code", "portal:renew")}
        assert {each for pair in statuses(desk, few).values() for each in pair} <= {404, 405}, role


def test_another_customers_links_open_nothing_and_change_nothing(owner: Owner, other: Owner) -> None:
    marks = (LinkOpening, AccountOpening, OutgoingMail, AuditRecord)
    before = [each.objects.count() for each in marks]
    addresses = {name: owner.address(name) for name in PAGES}
    assert statuses(other.browser, addresses) == expected(get=404, post=404)
    assert [each.objects.count() for each in marks] == before


def test_another_customers_things_are_found_under_no_link_of_ones_own(owner: Owner, other: Owner) -> None:
    """And the answer is the very same as for a thing that never was."""
    for name, page in PAGES.items():
        if not page.names:
            continue
        theirs = other.things[page.names]
        never = tuple(NO_ID[type(each)] for each in theirs)
        answers = told(owner.browser, owner.address(name, theirs))
        assert [each[0] for each in answers] == [missing(page.looks, 404), missing(page.sends, 404)], name
        assert answers == told(owner.browser, owner.address(name, never)), name


def test_a_dispute_of_ones_own_shows_no_file_of_anothers(owner: Owner, other: Owner) -> None:
    mixed = (owner.things["dispute"][0], other.things["dispute_file"][1])
    assert told(owner.browser, owner.address("portal:dispute_file", mixed))[0][0] == 404


def test_a_revoked_link_opens_nothing(owner: Owner) -> None:
    addresses = {name: owner.address(name) for name in PAGES}
    for links in (DocumentLink, AccountLink):
        links.objects.update(revoked_at=timezone.now())
    assert statuses(owner.browser, addresses) == expected(get=404, post=404)


def test_a_link_that_ran_out_leads_to_its_renewal_alone(owner: Owner) -> None:
    for links in (DocumentLink, AccountLink):
        links.objects.update(expires_at=timezone.now())
    for name, page in PAGES.items():
        looked, sent = told(owner.browser, owner.address(name))
        answer = looked if page.looks else sent
        is_account = name.startswith("account:") and name != "account:from_document"
        renewal = owner.address("account:renew" if is_account else "portal:renew")
        if name.endswith(":renew"):
            assert answer[0] == 200
        else:
            assert answer[:2] == (302, renewal), name


def test_the_cookies_are_what_keeps_others_out(owner: Owner, other: Owner, monkeypatch: Any) -> None:
    """The control: where any cookie opens any page, another customer comes in."""
    monkeypatch.setattr(LinkCookie, "opens", lambda self, request, ref: True)
    assert portal.COOKIE.name != account_door.COOKIE.name
    addresses = {name: owner.address(name) for name in ("portal:document", "account:page", "account:xlsx")}
    assert {pair[0] for pair in statuses(other.browser, addresses).values()} == {200}
