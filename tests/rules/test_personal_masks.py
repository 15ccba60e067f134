"""Whoever's role does not see persons' data finds it on no page, in no file and in no answer, and by no search of ours.

One person is planted wherever a person can be. A new page, list or answer that shows them as they are fails here: show
names, addresses and numbers by `office.persons`, or by what a contact `shown_` has. What a new search looks in that is
masked stands in its model's `searched_masked`.
"""

import html
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pypdfium2
import pytest
from django.contrib.auth.models import AnonymousUser, Permission
from django.urls import reverse
from drf_spectacular.generators import SchemaGenerator

from customers.operations.details import AddressDetails, ContactDetails, CustomerDetails
from office.persons import emails_in, person_email, person_name, person_phone, person_text, reading_as
from office.roles import ROLES, SEES_PERSONS, WITH_PERSONS, why_not_together
from tests import world
from tests.browser.looking import arguments_of
from tests.browser.page_rows import PAGES
from tests.browser.things.everything import make_things
from tests.rules.foreign_things import kind_in, make_everything
from tests.rules.test_doors import OPEN, api_view, routes
from tests.rules.test_foreign import NO_THING, Caller, Door, address_of

pytestmark = pytest.mark.django_db
NAME, MAILBOX, PHONE, STREET, LODGER = "Zita Quendel", "zita.quendel", "+49 30 5550 77821", "Quittenweg", "Irma Zweig"
PLANTED = (NAME, MAILBOX, "77821", STREET, LODGER)
SOUGHT, NOBODY = ("quendel", MAILBOX), "nobodyatall"


@pytest.fixture
def planted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everybody's contact is one person; whoever may be a private person lives in one street."""
    home = AddressDetails(name=LODGER, street=f"{STREET} 7", postal_code="99881", city="Quitt", country="DE")

    def contact(name: str, email: str, **more: Any) -> ContactDetails:
        return ContactDetails(NAME, email.replace("eva@", f"{MAILBOX}@"), **{"phone": PHONE} | more)

    def customer(**details: Any) -> CustomerDetails:
        is_person = "tax_id" not in details
        return CustomerDetails(**{"addresses": [home] if is_person else []} | details)

    monkeypatch.setattr(world, "ContactDetails", contact)
    monkeypatch.setattr(world, "CustomerDetails", customer)


@pytest.fixture
def things(company: Any, planted: None) -> dict[str, Any]:
    return make_things(company, world.make_customer(company, "Zander GmbH"))


@pytest.fixture
def blind(company: Any) -> Caller:
    """Somebody with every right but to see persons' data, and to do what is done with it."""
    caller = Caller(company)
    caller.user.groups.clear()
    for name in (SEES_PERSONS, *WITH_PERSONS):
        caller.user.user_permissions.remove(Permission.objects.get(codename=name.split(".")[1]))
    return caller


def pages(things: dict[str, Any]) -> Iterator[str]:
    """Every page, and as the file that a list may be: others are made of the same values."""
    for row in PAGES:
        address = reverse(row.name, args=arguments_of(row, things)) + row.query.format(**things)
        yield address
        yield f"{address}{'&' if '?' in address else '?'}format=csv"


def answers() -> Iterator[str]:
    """Every address that answers programs, and every route of staff's that names something, such as a file."""
    for route, view in routes():
        if any(route.startswith(start) for start in NO_THING):
            continue
        api = api_view(view)
        if (api and "get" in api.permission) or (not api and view.door != OPEN and "<" in route):
            yield address_of(Door(route, "get", kind_in(route)))


def words_of(answer: Any) -> str:
    """What an answer says: of a page its text, of a PDF, a workbook or an archive all that is in it."""
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return html.unescape(_read(content))


def _read(content: bytes) -> str:
    if content.startswith(b"%PDF") and b"%%EOF" in content:
        return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    if content.startswith(b"PK"):
        archive = zipfile.ZipFile(io.BytesIO(content))
        return "\n".join(_read(archive.read(name)) for name in archive.namelist())
    return content.decode("utf-8", "replace")


def shown_to(caller: Caller, addresses: Iterator[str]) -> dict[str, list[str]]:
    """By address what of the person is shown there."""
    found = {}
    for address in addresses:
        program = {"headers": {"Authorization": f"Bearer {caller.secret}"}} if address.startswith("/api/") else {}
        words = words_of(caller.browser.get(address, **program))
        if said := [word for word in PLANTED if word in words]:
            found[address] = said
    return found


def test_no_page_and_no_file_shows_a_person_to_whom_may_not_see_them(
    things: dict[str, Any], blind: Caller, company: Any
) -> None:
    found = shown_to(blind, pages(things))
    assert found == {}

    seeing = Caller(company, email="sees@alder.example")  # the control
    assert len(shown_to(seeing, pages(things))) > 40


def test_no_answer_and_no_paper_shows_a_person_to_whom_may_not_see_them(
    company: Any, clerk: Any, planted: None, blind: Caller
) -> None:
    make_everything(company, world.make_customer(company, "Zander GmbH"), clerk)
    found = shown_to(blind, answers())
    assert found == {}

    seeing = Caller(company, email="sees@alder.example")  # the control
    assert len(shown_to(seeing, answers())) > 40


def searches(caller: Caller, things: dict[str, Any]) -> list[str]:
    """Every page with a search of its own, as a file where it is a list; what pickers ask; where programs search."""
    schema = SchemaGenerator().get_schema(request=None, public=True)
    found = [f"{reverse('customers:pick')}?", f"{reverse('search')}?"]
    for path, methods in schema["paths"].items():
        if "q" in [parameter["name"] for parameter in methods.get("get", {}).get("parameters", [])]:
            found.append(f"{path}?")
    asked = [address for address in pages(things) if address.endswith("format=csv")]
    own = [each for each in asked if words_of(caller.browser.get(each[: -len("?format=csv")])).count('name="q"') > 1]
    return [*found, *(f"{each}&" for each in own)]


def told_by(caller: Caller, search: str, word: str) -> str:
    """What a search answers, but for the word itself and what is drawn anew for each page."""
    program = {"headers": {"Authorization": f"Bearer {caller.secret}"}} if search.startswith("/api/") else {}
    words = words_of(caller.browser.get(f"{search}q={word}", **program))
    return re.sub(r'(nonce|value|hx-headers)=("[^"]*"|\'[^\']*\')', "", words.replace(word, ""))


def test_no_search_finds_a_person_for_whom_may_not_see_them(
    things: dict[str, Any], blind: Caller, company: Any
) -> None:
    seeing = Caller(company, email="sees@alder.example")
    found, control = [], []
    for search in searches(seeing, things):
        nothing = told_by(blind, search, NOBODY)
        found += [(search, word) for word in SOUGHT if told_by(blind, search, word) != nothing]
        control += [search] * (told_by(seeing, search, SOUGHT[0]) != told_by(seeing, search, NOBODY))

    assert found == []
    assert len(control) > 40


def test_no_list_is_ordered_by_what_is_masked(things: dict[str, Any], blind: Caller, company: Any) -> None:
    """Its order would tell which letters stand there; asked for all the same, the list has the order of its own."""
    mails = reverse("office:mail_list")
    seeing = Caller(company, email="sees@alder.example")

    assert "sort=to" in words_of(seeing.browser.get(mails))
    assert "sort=to" not in words_of(blind.browser.get(mails))
    as_usual, asked = (words_of(blind.browser.get(f"{mails}?format=csv{more}")) for more in ("", "&sort=to"))
    assert asked == as_usual
    assert words_of(seeing.browser.get(f"{mails}?format=csv&sort=to")) != words_of(
        seeing.browser.get(f"{mails}?format=csv")
    )


def test_who_may_not_see_persons_finds_customers_by_what_is_shown_of_them(company: Any, blind: Caller) -> None:
    world.make_customer(company, "Zander & Söhne", number="Z-77")

    for words in ("zander", "SOHNE", "z-77"):
        assert "Zander" in words_of(blind.browser.get(f"{reverse('customers:customer_list')}?q={words}"))
        assert "Zander" in words_of(blind.browser.get(f"{reverse('customers:pick')}?q={words}"))


@pytest.mark.parametrize(
    ("show", "text", "masked"),
    [
        (person_name, "Eva Brandt", "E••• B•••"),
        (person_name, "", ""),
        (person_name, None, ""),
        (person_email, "eva@bramble.example", "e•••@bramble.example"),
        (person_email, "no address", "•••"),
        (person_phone, "+49 30 1234 5621", "+49 ••• 21"),
        (person_phone, "030 1234 5621", "••• 21"),
        (person_phone, "+493012345621", "••• 21"),
        (person_phone, "12 34", "•••"),
        (person_text, "Quince Lane 7", "•••"),
        (
            emails_in,
            "To eva@bramble.example and o.k@b.example: back",
            "To e•••@bramble.example and o•••@b.example: back",
        ),
    ],
)
def test_what_is_masked_still_tells_one_from_another(show: Callable[[str | None], str], text: str, masked: str) -> None:
    with reading_as(AnonymousUser()):
        assert show(text) == masked
        with reading_as(None):
            assert show(text) == (text or "")
    assert show(text) == (text or "")


def test_whoever_works_with_persons_data_sees_it() -> None:
    assert why_not_together("own", ["customers.view_customer", "billing.issue_invoice"]) == ""
    for name in WITH_PERSONS:
        assert why_not_together("own", ["customers.view_customer", name]) != ""
        assert why_not_together("own", ["customers.view_customer", SEES_PERSONS, name]) == ""


def test_every_role_of_people_that_duebook_brings_sees_persons_and_none_must_not() -> None:
    assert [role for role, names in ROLES.items() if SEES_PERSONS not in names] == ["mail server"]
    assert [role for role, names in ROLES.items() if why_not_together(role, names)] == ["mail server"]
