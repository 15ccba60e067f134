"""Bank lines in every state to look at."""

from decimal import Decimal
from typing import Any

from billing.models import Invoice
from payments.models import BankLine, PayerAccount, UnreadLine
from payments.operations.keep_bank_mapping import keep_bank_mapping
from payments.operations.match_bank_line import match_bank_line, set_aside_bank_line
from payments.operations.prepare_bank_table import prepare_bank_table, told_of
from payments.operations.receive_online_payment import receive_online_payment
from payments.operations.receive_payment import Plan
from payments.operations.record_payout import record_payout
from payments.operations.settle_unread_line import leave_out_unread_line
from payments.operations.take_bank_file import take_bank_file
from payments.operations.take_remittance import AdviceDetails, take_remittance
from tests import world
from tests.browser.things.payments import a_held_payment
from tests.payments import bank_samples
from tests.payments.bank_samples import camt, statement
from tests.payments.debits import may_debit
from tests.payments.online import asked_of


def from_the_bank(customer: Any, invoice: Invoice) -> dict[str, int]:
    """A bank file with a gap before it; lines to match, matched, set aside, unread and left out."""
    company = customer.company
    clerk = world.make_user(company)
    may_debit(company)
    day = str(company.today())
    first = camt(statement(bank_samples.entry("7.00"), opening="1.00", closing="8.00"))
    take_bank_file(company, "first.xml", first.replace(b"2026-03-02", b"2026-03-01"), by=None)
    paid = bank_samples.detail("50.00", f"Invoice {invoice.number}")
    entries = [("12..34",), ("1,2",), ("50.00", paid), ("20.00",), ("9.00",)]
    lines = [bank_samples.entry(*each, day=day) for each in entries]
    taken = take_bank_file(company, "march.xml", camt(statement(*lines, closing="145.00")), by=clerk)
    waiting, settled = UnreadLine.objects.order_by("pk")
    leave_out_unread_line(settled.pk, reason="Not money", by=clerk)
    to_match, matched, aside = BankLine.objects.exclude(amount=7).order_by("pk")
    match_bank_line(matched.pk, customer, Decimal(15), Plan(), by=clerk)
    payer = PayerAccount.objects.get()
    set_aside_bank_line(aside.pk, reason="Interest", by=clerk)
    of_lines = {
        "payer": payer.pk,
        "bank_account": to_match.bank_account_id,
        "bank_table": a_bank_table(company),
        "bank_line": to_match.pk,
        "matched_line": matched.pk,
        "line_set_aside": aside.pk,
    }
    of_lines |= an_advice(customer, invoice) | {"held_payment": a_held_payment(customer)}
    of_lines |= payouts(customer) | told_again(company)
    return of_lines | {"bank_file": taken.file.pk, "unread_line": waiting.pk, "settled_line": settled.pk}


def told_again(company: Any) -> dict[str, int]:
    """A statement in another format, of a line that may be one that is known."""
    swift = b""":20:STARTUMS\n:25:12030000/0000202051\n:28C:1/1\n:60F:C260301EUR1,00
:61:2603010301C7,00NTRFNONREF\n:86:166?00GUTSCHRIFT?20SVWZ+Rent?32Elm\n:62F:C260301EUR8,00\n"""
    file = take_bank_file(company, "swift.sta", swift, by=None).file
    return {"retold_file": file.pk, "retold_line": UnreadLine.objects.get(may_be__isnull=False).pk}


def payouts(customer: Any) -> dict[str, int]:
    """A bank line that is a payout of online payments, and one that could be."""
    company = customer.company
    invoice = world.issue(customer, "90.00", company.today())
    receive_online_payment(asked_of(invoice), Decimal(90), by=None)
    entries = [bank_samples.entry(amount, day=str(company.today())) for amount in ("39.00", "41.00")]
    take_bank_file(company, "payouts.xml", camt(statement(*entries, opening="208.00", closing="288.00")), by=None)
    done, could_be = BankLine.objects.order_by("-pk")[:2]
    record_payout(done.pk, fee=Decimal(1), by=world.make_user(company))
    return {"paid_out_line": done.pk, "payout_line": could_be.pk}


def an_advice(customer: Any, invoice: Invoice) -> dict[str, int]:
    """What a payer advised of a bank line: a part with a reason, and a document that is none of ours."""
    company = customer.company
    day = str(company.today())
    content = camt(statement(bank_samples.entry("63.00", day=day), opening="145.00", closing="208.00"))
    take_bank_file(company, "later.xml", content, by=None)
    advice = (
        f"Invoice,Gross,Discount,Paid,Reason\n{invoice.number},60.00,2.00,58.00,Damaged\nX-77,,,5.00,\nTotal,,,63.00,"
    )
    details = AdviceDetails(customer, paid_on=company.today(), payer_reference="4711")
    remittance = take_remittance(company, "advice.csv", advice.encode(), details, by=world.make_user(company))
    return {"advised_line": BankLine.objects.latest("pk").pk, "remittance": remittance.pk}


def a_bank_table(company: Any) -> int:
    """A table that waits for its columns, with a row that cannot be read; and one that is known."""
    content = b"Our bank\nDate,Name,Details,Amount,Balance\n2026-03-13,Elm,Rent,12.50,62.50\n2026-03-14,Ash,x,1..0,\n"
    run = prepare_bank_table(company, "march.csv", content, by=None)
    keep_bank_mapping(company.bank_accounts.get(), told_of(run), by=world.make_user(company))
    return run.pk
