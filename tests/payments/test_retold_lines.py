"""A payment that camt and MT940 both tell of is one line; true twins are two; what is not sure waits for a person."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from office.models import AuditRecord, BankAccount, Company
from payments.bank_files import reader_of
from payments.models import BankLine, UnreadLine
from payments.operations.settle_unread_line import complete_unread_line, leave_out_unread_line
from payments.operations.take_bank_file import Taken, take_bank_file, take_statements
from tests import world
from tests.api.calling import Program
from tests.payments.bank_samples import DATA, MT940, NEEDS_DATA, OURS, camt, detail, entry, statement

pytestmark = pytest.mark.django_db
CAMT, SWIFT = "camt.xml", "swift.sta"


@pytest.fixture(autouse=True)
def account(company: Company) -> BankAccount:
    return BankAccount.objects.create(company=company, name="Main", holder="Alder Ltd", iban=OURS, currency="EUR")


def swift(*payments: tuple[str, str]) -> bytes:
    """An MT940 of payments: of each its amount and, with their marks, the payer's words."""
    lines = "".join(
        f":61:2603020302C{amount.replace('.', ',')}NTRFNONREF\n"
        f":86:166?00GUTSCHRIFT{words}?31NL91ABNA0417164300?32Bramble\n"
        for amount, words in payments
    )
    head = ":20:STARTUMS\n:25:12030000/0000202051\n:28C:8/1\n:60F:C260302EUR0,00\n"
    return f"{head}{lines}:62F:C260302EUR0,00\n".encode()


def told(*payments: tuple[str, str], **said: str) -> bytes:
    """A camt.053 of payments: of each its amount and the payer's words."""
    return camt(statement(*(entry(amount, detail(amount, text, **said)) for amount, text in payments), closing="1.00"))


def counts(taken: Taken) -> tuple[int, int, int]:
    return taken.new, taken.known, taken.doubtful


def both(company: Company, camt_file: bytes, swift_file: bytes, *, first: str) -> tuple[Taken, Taken]:
    """Take both in, one first."""
    files = {CAMT: camt_file, SWIFT: swift_file}
    order = sorted(files, key=lambda name: name != first)
    one, two = (take_bank_file(company, name, files[name], by=None) for name in order)
    return one, two


@pytest.mark.parametrize("first", [CAMT, SWIFT])
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("?20EREF+E2E-1?21SVWZ+whatever", {"end_to_end": "E2E-1"}),
        ("?20SVWZ+INV-2026-0001", {}),
        ("?20SVWZ+inv-2026-0001 thanks", {}),
    ],
)
def test_the_same_payment_is_one_line_whichever_file_comes_first(
    company: Company, first: str, words: str, said: dict[str, str]
) -> None:
    one, two = both(company, told(("50.00", "INV-2026-0001"), **said), swift(("50.00", words)), first=first)

    assert (counts(one), counts(two)) == ((1, 0, 0), (0, 1, 0))
    assert BankLine.objects.get().amount == 50
    assert not UnreadLine.objects.exists()


@pytest.mark.parametrize("first", [CAMT, SWIFT])
def test_true_twins_stay_two_and_a_third_that_only_one_tells_of_is_new(company: Company, first: str) -> None:
    twins = [("50.00", "INV-2026-0001")] * 2
    words = ("50.00", "?20SVWZ+INV-2026-0001")
    one, two = both(company, told(*twins), swift(words, words, words), first=first)

    assert (one.new, two.new) == ((2, 1) if first == CAMT else (3, 0))
    assert BankLine.objects.count() == 3
    assert counts(take_bank_file(company, "again.sta", swift(words, words, words), by=None)) == (0, 3, 0)


@pytest.mark.parametrize("first", [CAMT, SWIFT])
def test_references_that_contradict_each_other_wait_for_a_person(company: Company, first: str) -> None:
    files = told(("50.00", "INV-2026-0001"), end_to_end="E2E-1"), swift(("50.00", "?20EREF+E2E-2?21SVWZ+INV-2026-0001"))
    one, two = both(company, *files, first=first)

    assert (counts(one), counts(two)) == ((1, 0, 0), (0, 0, 1))
    kept, waiting = BankLine.objects.get(), UnreadLine.objects.get()
    assert (waiting.may_be, waiting.outcome, waiting.facts["amount"]) == (kept, "waiting", "50")
    name, content = (SWIFT, files[1]) if first == CAMT else (CAMT, files[0])
    assert counts(take_bank_file(company, f"again-{name}", content, by=None)) == (0, 1, 0)


@pytest.mark.parametrize(("amount", "words"), [("50.01", "?20SVWZ+INV-2026-0001"), ("50.00", "?20EREF+E2E-9?21SVWZ+x")])
def test_another_amount_is_another_payment_and_the_reference_finds_its_own(
    company: Company, amount: str, words: str
) -> None:
    take_bank_file(company, CAMT, told(("50.00", "x"), end_to_end="E2E-9"), by=None)
    taken = take_bank_file(company, SWIFT, swift((amount, words)), by=None)

    assert counts(taken) == ((1, 0, 0) if amount == "50.01" else (0, 1, 0))


def test_what_says_nothing_alike_is_not_guessed(company: Company) -> None:
    take_bank_file(company, CAMT, told(("50.00", "rent")), by=None)
    assert counts(take_bank_file(company, SWIFT, swift(("50.00", "?20SVWZ+deposit")), by=None)) == (0, 0, 1)


def test_the_files_of_one_format_are_told_apart_by_what_they_say_as_before(company: Company) -> None:
    take_bank_file(company, CAMT, told(("50.00", "rent")), by=None)
    assert counts(take_bank_file(company, "b.xml", told(("50.00", "deposit")), by=None)) == (1, 0, 0)


def test_a_file_of_each_kind_for_one_account(company: Company) -> None:
    take_bank_file(company, SWIFT, MT940, by=None)
    assert BankLine.objects.count() == 3
    paid = detail("204.88", "INV-2026-0001", end_to_end="E2E-1", name="Bramble GmbH")
    taken = take_bank_file(company, CAMT, camt(statement(entry("204.88", paid), closing="304.88")), by=None)

    assert counts(taken) == (0, 1, 0)


@pytest.fixture
def doubtful(company: Company) -> UnreadLine:
    take_bank_file(company, CAMT, told(("50.00", "rent")), by=None)
    take_bank_file(company, SWIFT, swift(("50.00", "?20SVWZ+deposit")), by=None)
    return UnreadLine.objects.get()


def test_a_person_says_on_the_statements_page_that_it_is_the_same(
    company: Company, doubtful: UnreadLine, client: Client
) -> None:
    clerk = world.make_user(company)
    client.force_login(clerk)
    page = client.get(reverse("payments:bank_file", args=[doubtful.statement.file_id])).content.decode()
    assert "It is the same" in page
    assert "They are two" in page

    client.post(reverse("payments:leave_out_unread_line", args=[doubtful.pk]), {"reason": "The same as rent"})
    doubtful.refresh_from_db()
    assert (doubtful.outcome, doubtful.settled_by, BankLine.objects.count()) == ("left_out", clerk, 1)
    assert AuditRecord.objects.get(action="leave_out_unread_line").reason == "The same as rent"
    again = take_bank_file(company, "again.sta", swift(("50.00", "?20SVWZ+deposit")), by=None)
    assert counts(again) == (0, 1, 0)
    assert "it is the same" in client.get(reverse("payments:unread_line", args=[doubtful.pk])).content.decode()


def test_a_person_says_that_they_are_two(company: Company, doubtful: UnreadLine, client: Client) -> None:
    client.force_login(world.make_user(company))
    page = reverse("payments:unread_line", args=[doubtful.pk])
    assert "They are two" in client.get(page).content.decode()
    client.post(page, {"amount": "50", "booked_on": "2026-03-02"})

    doubtful.refresh_from_db()
    assert list(BankLine.objects.order_by("pk").values_list("amount", "text")) == [
        (50, "rent"),
        (50, doubtful.line.text),
    ]
    assert doubtful.line.words is not None
    again = take_bank_file(company, "again.sta", swift(("50.00", "?20SVWZ+deposit")), by=None)
    assert counts(again) == (0, 1, 0)


def test_a_program_sees_what_it_may_be(company: Company, doubtful: UnreadLine) -> None:
    [shown] = Program(world.make_user(company)).get("unread-lines/").json()["results"]
    assert (shown["may_be"], shown["outcome"]) == (doubtful.may_be_id, "waiting")


def test_operations_settle_it_with_audit(company: Company, doubtful: UnreadLine, clerk: Any) -> None:
    line = complete_unread_line(
        doubtful.pk, amount=doubtful.may_be.amount, booked_on=doubtful.may_be.booked_on, by=clerk
    )
    assert (line.twin, line.statement) == (1, doubtful.statement)
    assert AuditRecord.objects.get(action="complete_unread_line").by == clerk
    with pytest.raises(Exception, match="settled already"):
        leave_out_unread_line(doubtful.pk, reason="no", by=clerk)


REAL = [
    "mt940/cmxl-mt940.sta",
    "mt940/jejik-rabobank-iban.sta",
    "mt940/self-provided-raphaelm.sta",
    "mt940/sberbank-171011_01234945.sta",
    "camt/banks/abn_amro-example_camt.xml",
    "camt/banks/ing-example_camt.xml",
    "camt/banks/nordea-example_camt.xml",
    "camt/subite-series/2024-05-09.xml",
]


@NEEDS_DATA
@pytest.mark.parametrize("name", REAL)
def test_a_real_file_that_another_format_tells_again_brings_nothing_new(company: Company, name: str) -> None:
    content = (DATA / name).read_bytes()
    read = reader_of(content)
    assert read
    for number, currency in {(each.account, each.currency or "EUR") for each in read(content)}:
        BankAccount.objects.create(company=company, name=number, holder="Alder Ltd", iban=number, currency=currency)
    first = take_bank_file(company, name, content, by=None)
    assert first.new > 0

    again = read(content)
    for each in again:
        each.message = "camt.053.001.08" if name.startswith("mt940") else "MT940"
        for line in each.lines:
            line.text, line.party_name = f"+ {line.text.upper()} +", line.party_name.title()
    retold = take_statements(company, "retold", b"retold", again, by=None)

    assert (retold.new, retold.doubtful + retold.known) == (0, first.new + first.known + first.unread)
    assert BankLine.objects.count() == first.new


def doubtful_three(company: Company) -> int:
    """A statement of three lines that another format may have told of; their references contradict each other."""
    payments = [(f"{amount}.00", f"SVWZ+a{amount}") for amount in (11, 12, 13)]
    take_bank_file(
        company, SWIFT, swift(*((amount, f"?20EREF+X{amount}?21{words}") for amount, words in payments)), by=None
    )
    told_twice = told(*((amount, "b") for amount, _ in payments), end_to_end="Y")
    assert counts(take_bank_file(company, CAMT, told_twice, by=None)) == (0, 0, 3)
    return UnreadLine.objects.first().statement_id


@pytest.mark.parametrize(("answer", "lines"), [("yes", 3), ("no", 6)])
def test_all_of_a_statement_are_settled_at_once(company: Company, clerk: Any, answer: str, lines: int) -> None:
    pk = doubtful_three(company)
    browser = Client()
    browser.force_login(clerk)
    file = browser.get(reverse("payments:bank_file", args=[UnreadLine.objects.first().statement.file_id]))
    assert "Another format may have told of 3 of these." in file.content.decode()
    address = reverse("payments:settle_retold_lines", args=[pk])
    page = browser.post(address, {"are_same": answer}, follow=True).content.decode()

    assert ("3 lines left out, as they were known." if answer == "yes" else "3 lines put on their account.") in page
    assert BankLine.objects.count() == lines
    assert (
        "No line of this statement waits" in browser.post(address, {"are_same": answer}, follow=True).content.decode()
    )


def test_a_program_settles_all_of_a_statement(company: Company, clerk: Any) -> None:
    pk = doubtful_three(company)
    program = Program(clerk)
    assert program.post(f"bank-statements/{pk}/retold/", {"are_same": True}).json() == {"settled": 3}
    assert (
        BankLine.objects.count(),
        program.post(f"bank-statements/{pk}/retold/", {"are_same": True}).status_code,
    ) == (3, 409)
    stranger = Program(world.make_user(world.make_company(legal_name="Birch Ltd")))
    assert stranger.post(f"bank-statements/{pk}/retold/", {"are_same": True}).status_code == 404
