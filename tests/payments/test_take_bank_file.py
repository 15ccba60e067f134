"""Taking bank files in: each line once, twins both, foreign accounts named, gaps told, and what cannot be read kept."""

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from billing.payment_codes.references import creditor_reference, norwegian_reference
from ledger.refusals import Refused
from office.models import AuditRecord, BankAccount, Company
from payments.bank import accounts_of, with_joints
from payments.models import BankFile, BankLine, BankStatement, UnreadLine, UnreadOutcome
from payments.operations.set_bank_accounts import BankDetails, set_bank_accounts
from payments.operations.settle_unread_line import complete_unread_line, leave_out_unread_line
from payments.operations.take_bank_file import Taken, take_bank_file
from tests.payments.bank_samples import DATA, MT940, NEEDS_DATA, OURS, camt, detail, entry, statement
from tests.unguarded import without

pytestmark = pytest.mark.django_db
DAY = date(2026, 3, 2)
OTHER = "DE89370400440532013000"


@pytest.fixture
def account(company: Company) -> BankAccount:
    return BankAccount.objects.create(company=company, name="Main", holder="Alder Ltd", iban=OURS, currency="EUR")


def take(company: Company, content: bytes, name: str = "march.xml") -> Taken:
    return take_bank_file(company, name, content, by=None)


def counts(taken: Taken) -> tuple[int, int, int]:
    return taken.new, taken.known, taken.unread


def refusal_of(act: Callable[[], Any]) -> Refused:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value


def test_a_file_is_kept_with_its_statements_and_lines(company: Company, account: BankAccount, clerk: Any) -> None:
    content = camt(statement(entry("50.00"), entry("20.00", sign="DBIT"), closing="130.00"))
    taken = take_bank_file(company, "march.xml", content, by=clerk)

    assert counts(taken) == (2, 0, 0)
    kept = BankStatement.objects.get()
    assert (kept.bank_account, kept.opening, kept.closing, kept.adds_up) == (account, 100, 130, True)
    assert [line.amount for line in kept.lines.order_by("pk")] == [50, -20]
    assert bytes(BankFile.objects.get().content) == content
    row = AuditRecord.objects.get(action="take_bank_file")
    assert (row.by, row.company_id, row.after) == (clerk, company.pk, {"new": "2", "known": "0", "unread": "0"})


def test_what_can_name_a_document_is_kept_with_the_line(company: Company, account: BankAccount) -> None:
    said = f"{creditor_reference('INV-2026-0042')} {norwegian_reference(17)}"
    take(company, camt(statement(entry("50.00", detail("50.00", said)), closing="150.00")))

    kept = BankLine.objects.get()
    assert {creditor_reference("INV-2026-0042"), norwegian_reference(17)} <= set(kept.words)
    assert (kept.checked_numbers, kept.checked_documents) == (["INV20260042"], [17])


def test_imp_03_true_twins_are_both_kept_and_the_file_again_brings_nothing(
    company: Company, account: BankAccount
) -> None:
    content = camt(statement(entry("20.00"), entry("20.00"), closing="140.00"))

    assert counts(take(company, content)) == (2, 0, 0)
    assert counts(take(company, content)) == (0, 2, 0)
    assert counts(take(company, content.replace(b"<MsgId>M1", b"<MsgId>M2"), "again.xml")) == (0, 2, 0)
    assert sum(BankLine.objects.values_list("amount", flat=True)) == 40
    assert (BankFile.objects.count(), BankStatement.objects.count()) == (2, 2)


def test_a_later_file_that_overlaps_brings_only_what_is_new(company: Company, account: BankAccount) -> None:
    take(company, camt(statement(entry("20.00"), closing="120.00")))
    later = camt(statement(entry("20.00"), entry("20.00"), entry("7.00"), closing="147.00"))

    assert counts(take(company, later)) == (2, 1, 0)
    assert sorted(BankLine.objects.values_list("amount", "twin")) == [(7, 1), (20, 1), (20, 2)]


@pytest.mark.parametrize("said", ["12030000/0000202051", "12030000/202051", "DE02 1203 0000 0000 2020 51"])
def test_an_account_is_ours_by_its_iban_or_by_bank_and_number_in_it(
    company: Company, account: BankAccount, said: str
) -> None:
    taken = take(company, MT940.replace(b"12030000/0000202051", said.encode()))
    assert counts(taken) == (3, 0, 0)
    assert [line.is_reversal for line in BankLine.objects.order_by("pk")] == [False, True, False]


def test_imp_10_an_unknown_account_is_named_and_the_known_one_comes_in(company: Company, account: BankAccount) -> None:
    content = camt(
        statement(entry("100.00"), closing="200.00"), statement(entry("40.00"), closing="140.00", iban=OTHER)
    )
    taken = take(company, content)
    assert (counts(taken), taken.unknown_accounts) == ((1, 0, 0), [f"{OTHER} in EUR"])
    assert BankLine.objects.get().amount == 100

    BankAccount.objects.create(company=company, name="Second", holder="Alder Ltd", iban=OTHER, currency="EUR")
    taken = take(company, content)
    assert (counts(taken), taken.unknown_accounts) == ((1, 1, 0), [])
    assert BankFile.objects.get().unknown_accounts == []
    assert dict(BankLine.objects.values_list("bank_account__name", "amount")) == {"Main": 100, "Second": 40}


def test_a_file_of_foreign_accounts_alone_is_refused_and_not_kept(company: Company, account: BankAccount) -> None:
    content = camt(statement(entry("40.00"), closing="140.00", iban=OTHER))
    refusal = refusal_of(lambda: take(company, content))
    assert refusal.code == "unknown_account"
    assert refusal.message == f"{OTHER} in EUR is none of your bank accounts. Add it to your bank accounts first."
    assert not BankFile.objects.exists()


def test_another_companys_account_is_foreign(account: BankAccount) -> None:
    other = Company.objects.create(legal_name="Birch Ltd", country="DE", email="b@birch.example", currency="EUR")
    assert refusal_of(lambda: take(other, MT940)).code == "unknown_account"


def test_an_account_in_another_currency_is_foreign(company: Company, account: BankAccount) -> None:
    account.currency = "USD"
    account.save()
    assert refusal_of(lambda: take(company, MT940)).message.startswith("12030000/0000202051 in EUR is none")


def test_a_broken_file_is_refused_whole(company: Company, account: BankAccount) -> None:
    content = camt(statement(entry("50.00"), closing="150.00"))
    assert refusal_of(lambda: take(company, content[:-40])).code == "bank_file_not_xml"
    assert not BankFile.objects.exists()


def test_a_statement_that_does_not_add_up_is_taken_and_says_so(company: Company, account: BankAccount) -> None:
    take(company, camt(statement(entry("50.00"), closing="151.00")))
    assert BankStatement.objects.get().adds_up is False


def gaps() -> list[tuple[Decimal, Decimal | None, bool]]:
    rows = with_joints(BankStatement.objects.order_by("until_on", "pk"))
    return [(row.opening, row.last_closing, row.is_gap) for row in rows]


def daily(day: str, opening: str, closing: str, *entries: str) -> bytes:
    return camt(statement(*entries, opening=opening, closing=closing)).replace(b"2026-03-02", day.encode())


def test_a_missing_day_is_told_and_goes_when_it_comes(company: Company, account: BankAccount) -> None:
    take(company, daily("2026-03-02", "100.00", "150.00", entry("50.00")))
    take(company, daily("2026-03-04", "157.00", "160.00", entry("3.00")))
    assert gaps() == [(100, None, False), (157, 150, True)]
    assert accounts_of(company).get().gaps == 1

    take(company, daily("2026-03-03", "150.00", "157.00", entry("7.00")))
    assert gaps() == [(100, None, False), (150, 150, False), (157, 157, False)]
    found = accounts_of(company).get()
    assert (found.known_until, found.closing, found.gaps, found.waiting) == (date(2026, 3, 4), 160, 0, 0)


def broken_line(company: Company) -> UnreadLine:
    take(company, camt(statement(entry("12..34"), entry("5.00"), closing="117.34")))
    return UnreadLine.objects.get()


def test_a_line_that_cannot_be_read_waits_with_what_stood_there(company: Company, account: BankAccount) -> None:
    unread = broken_line(company)
    assert BankLine.objects.get().amount == 5
    assert unread.unread == [{"place": "entry 1 (line 8)", "name": "Ntry/Amt", "found": "12..34"}]
    assert (unread.facts["booked_on"], unread.facts["party_name"]) == ("2026-03-02", "Bramble GmbH")
    assert counts(take(company, bytes(BankFile.objects.get().content))) == (0, 2, 0)


def test_a_person_completes_it(company: Company, account: BankAccount, clerk: Any) -> None:
    unread = broken_line(company)
    line = complete_unread_line(unread.pk, amount=Decimal("12.34"), booked_on=DAY, by=clerk)

    unread.refresh_from_db()
    line.refresh_from_db()
    assert (unread.outcome, unread.line, unread.settled_by) == (UnreadOutcome.COMPLETED, line, clerk)
    assert (line.amount, line.booked_on, line.party_name) == (Decimal("12.34"), DAY, "Bramble GmbH")
    assert "INV20260001" in line.words
    assert AuditRecord.objects.get(action="complete_unread_line").company_id == company.pk
    again = refusal_of(lambda: complete_unread_line(unread.pk, amount=Decimal(1), booked_on=DAY, by=clerk))
    assert again.code == "invalid_move"
    assert counts(take(company, camt(statement(entry("12.34"), closing="112.34")), "mended.xml")) == (0, 1, 0)


def test_what_another_statement_told_of_is_not_completed_again(company: Company, account: BankAccount) -> None:
    unread = broken_line(company)
    take(company, camt(statement(entry("12.34"), closing="112.34")), "mended.xml")

    refusal = refusal_of(lambda: complete_unread_line(unread.pk, amount=Decimal("12.34"), booked_on=DAY, by=None))
    assert (refusal.code, refusal.message) == ("known_line", "That line is known from Main 1. Leave this one out.")
    leave_out_unread_line(unread.pk, reason="It came anew", by=None)
    assert BankLine.objects.count() == 2


@pytest.mark.parametrize("amount", ["1.005", "10000000000000"])
def test_an_amount_that_cannot_be_is_refused(company: Company, account: BankAccount, amount: str) -> None:
    unread = broken_line(company)
    refusal = refusal_of(lambda: complete_unread_line(unread.pk, amount=Decimal(amount), booked_on=DAY, by=None))
    assert refusal.code == "too_many_places"
    assert BankLine.objects.count() == 1


def test_it_is_left_out_with_a_reason(company: Company, account: BankAccount, clerk: Any) -> None:
    unread = broken_line(company)
    assert refusal_of(lambda: leave_out_unread_line(unread.pk, reason=" ", by=clerk)).code == "reason_missing"
    leave_out_unread_line(unread.pk, reason="Not money", by=clerk)
    unread.refresh_from_db()
    assert (unread.outcome, unread.reason, unread.line) == (UnreadOutcome.LEFT_OUT, "Not money", None)
    assert accounts_of(company).get().waiting == 0


def test_a_line_in_another_currency_than_its_account_waits(company: Company, account: BankAccount) -> None:
    content = camt(statement(entry("5.00"), closing="105.00")).replace(
        b'<Ntry><Amt Ccy="EUR">', b'<Ntry><Amt Ccy="USD">'
    )
    assert counts(take(company, content)) == (0, 0, 1)
    assert UnreadLine.objects.get().unread[0]["found"] == "USD"


@pytest.mark.parametrize("table", ["payments_bankline", "payments_bankstatement"])
def test_what_a_bank_said_never_changes(
    company: Company, account: BankAccount, superuser_cursor: Any, table: str
) -> None:
    take(company, camt(statement(entry("5.00"), closing="105.00")))
    with pytest.raises(Exception, match="append-only|permission denied"), connection.cursor() as cursor:
        cursor.execute(f"UPDATE {table} SET currency = 'USD'")


def test_a_completed_line_has_its_line(company: Company, account: BankAccount) -> None:
    unread = broken_line(company)
    with pytest.raises(IntegrityError, match="unread_line_completed_has_its_line"):
        UnreadLine.objects.filter(pk=unread.pk).update(outcome=UnreadOutcome.COMPLETED)


def test_bank_accounts_keep_their_statements_when_they_are_typed_anew(company: Company, account: BankAccount) -> None:
    take(company, MT940)
    details = BankDetails("Current account", "Alder GmbH", "DE02 1203 0000 0000 2020 51")
    set_bank_accounts(company.pk, [details], by=None)

    account.refresh_from_db()
    assert (account.name, account.holder) == ("Current account", "Alder GmbH")
    assert refusal_of(lambda: set_bank_accounts(company.pk, [], by=None)).code == "account_in_use"
    twice = refusal_of(lambda: set_bank_accounts(company.pk, [details, details], by=None))
    assert twice.code == "account_twice"


@pytest.mark.django_db(transaction=True)
def test_one_file_read_by_three_at_once_is_kept_once(company: Company, account: BankAccount, in_parallel: Any) -> None:
    content = camt(statement(entry("20.00"), entry("20.00"), closing="140.00"))
    results = in_parallel([lambda: take(company, content)] * 3)
    assert sorted(counts(taken) for taken in results) == [(0, 2, 0), (0, 2, 0), (2, 0, 0)]
    assert (BankFile.objects.count(), BankStatement.objects.count(), BankLine.objects.count()) == (1, 1, 2)


@pytest.mark.django_db(transaction=True)
def test_control_without_its_constraint_a_line_can_be_kept_twice(
    company: Company, account: BankAccount, superuser_cursor: Any
) -> None:
    take(company, camt(statement(entry("20.00"), closing="120.00")))

    def again() -> None:
        line = BankLine.objects.first()
        line.pk = None
        line.save(force_insert=True)

    with pytest.raises(IntegrityError, match="bank_line_once_per_account"):
        again()
    with without(superuser_cursor, "bank_line_once_per_account"):
        again()
        assert BankLine.objects.count() == 2


@NEEDS_DATA
def test_fifteen_days_of_a_public_series_join_and_book_once(company: Company) -> None:
    numbers = ["LT625883379695428516", "LT414319056143772570"]
    for number in numbers:
        BankAccount.objects.create(company=company, name=number[-4:], holder="Alder Ltd", iban=number, currency="EUR")
    files = sorted((DATA / "camt" / "subite-series").glob("*.xml"))
    expected = json.loads((DATA / "expected.json").read_text())
    entries = sum(
        each["entries"] for file in files for each in expected[f"camt/subite-series/{file.name}"]["statements"]
    )

    missing = files.pop(5)
    for file in files:
        take(company, file.read_bytes(), file.name)
    assert sum(is_gap for _, _, is_gap in gaps()) == 1
    take(company, missing.read_bytes(), missing.name)

    assert sum(is_gap for _, _, is_gap in gaps()) == 0
    assert BankLine.objects.count() == entries
    assert counts(take(company, missing.read_bytes(), "again.xml"))[0] == 0
    for found in accounts_of(company):
        lines = BankLine.objects.filter(bank_account=found)
        first = found.statements.order_by("until_on").first()
        assert first.opening + sum(lines.values_list("amount", flat=True)) == found.closing


def test_a_kept_file_stays_as_it_came_whoever_writes_the_sql(company: Company, account: BankAccount) -> None:
    take(company, camt(statement(entry("50.00"), closing="150.00")))
    rows = BankFile.objects.all()
    for change in ({"content": b"x"}, {"name": "x"}, {"sha256": "0" * 64}):
        with pytest.raises(IntegrityError, match="stays as it came"), transaction.atomic():
            rows.update(**change)
    assert rows.update(unknown_accounts=["DE1"]) == 1
