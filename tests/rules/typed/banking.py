"""Bank lines and advices as a person would work on them."""

from typing import Any

from office.models import BankAccount, User
from payments.models import BankLine, Remittance, UnreadLine
from payments.operations.prepare_bank_table import prepare_bank_table
from payments.operations.take_bank_file import take_bank_file
from payments.operations.take_remittance import AdviceDetails, take_remittance
from tests import world
from tests.payments.bank_samples import OURS, camt, entry, statement
from tests.rules.hostile import DAY, Forms


def bank_line(company: Any) -> int:
    """A bank line with more on it than a form takes."""
    BankAccount.objects.get_or_create(company=company, name="Main", holder="Alder", iban=OURS, currency="EUR")
    paid = entry("9000.00", reference=str(BankLine.objects.count()))
    take_bank_file(company, "march.xml", camt(statement(paid, closing="9100.00")), by=None)
    return BankLine.objects.latest("pk").pk


def unread_line(company: Any) -> int:
    """A bank line that could not be read."""
    BankAccount.objects.get_or_create(company=company, name="Main", holder="Alder", iban=OURS, currency="EUR")
    amount = f"1..{UnreadLine.objects.count()}"
    take_bank_file(company, "march.xml", camt(statement(entry(amount), closing="100.00")), by=None)
    return UnreadLine.objects.latest("pk").pk


def bank_table(company: Any) -> int:
    """A table of a bank that waits for somebody to say what its columns are."""
    manager = User.objects.filter(companies=company).latest("pk")
    return prepare_bank_table(company, "march.csv", b"Date;Text;Amount\n2026-03-02;A;1.00\n", by=manager).pk


def an_advice(company: Any) -> int:
    """A remittance advice."""
    content = f"Invoice,Amount\nX-1,1.00\nX-2,{Remittance.objects.count() + 1}.00\n".encode()
    return take_remittance(company, "advice.csv", content, AdviceDetails(), by=None).pk


def told_columns(company: Any) -> dict[str, str]:
    """What a person would say of it; they look again, so that it stays as it is."""
    account = BankAccount.objects.filter(company=company).earliest("pk")
    told = {"account": str(account.pk), "decimal": ".", "day_order": "ymd", "in_words": "", "out_words": ""}
    told |= {"pending_words": "p", "last_rows": "0", "look": "1"}
    return told | {"column_0": "booked_on", "column_1": "text", "column_2": "amount"}


def forms(customer: Any) -> Forms:
    """Each form's page, what its address needs, and what is typed."""
    invoice = world.issue(customer, [world.line("100.00", "3")], DAY)
    receipt = world.receive(customer, "50.00", DAY)
    debit = world.item_of(invoice)
    return {
        "payments:match_bank_line": (
            [bank_line(customer.company)],
            {
                "customer": str(customer.pk),
                "amount": "1",
                "exchange_rate": "",
                "apply": "document",
                "document": debit.reference,
                "rest": "open",
                "share": f"{debit.pk}:1",
                f"rest_{debit.pk}": "dispute:1",
            },
        ),
        "payments:take_return": ([bank_line(customer.company)], {"receipt": str(receipt.pk), "charge": "1"}),
        "payments:book_bank_line": (
            [bank_line(customer.company)],
            {"account": str(receipt.bank_account_id), "memo": "m", "exchange_rate": ""},
        ),
        "payments:match_policy": ([], {"is_automatic": "on", "reference": "on", "advice": "on", "most": "100"}),
        "payments:set_aside_bank_line": ([bank_line(customer.company)], {"reason": "r"}),
        "payments:unread_line": ([unread_line(customer.company)], {"amount": "1", "booked_on": "2026-03-02"}),
        "payments:record_payout": ([bank_line(customer.company)], {"fee": "1"}),
        "payments:take_remittance": (
            [],
            {"customer": str(customer.pk), "currency": "", "paid_on": "", "payer_reference": "4", "decimal": ""},
        ),
        "payments:join_remittance": ([an_advice(customer.company)], {"line": "1"}),
        "payments:withdraw_remittance": ([an_advice(customer.company)], {"reason": "r"}),
        "payments:map_bank_table": ([bank_table(customer.company)], told_columns(customer.company)),
        "payments:leave_out_unread_line": ([unread_line(customer.company)], {"reason": "r"}),
    }
