"""What was voided, credited or objected to: whose document it was, why, and how long documents take."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from billing.models import Invoice, ReasonCode
from billing.operations.credit_invoice import credit_invoice
from billing.operations.issue_invoice import issue_invoice
from billing.operations.void_invoice import void_invoice
from customers.models import Contact, Customer
from office.models import OutgoingMail
from payments.operations.apply_credits import undo_allocation
from tests import world
from tests.api.calling import Program
from tests.billing.disputing import dispute
from tests.office.mailing import become

pytestmark = pytest.mark.django_db

MARCH = {"first_day": "2026-03-01", "last_day": "2026-03-31"}
Cells = list[tuple[Any, ...]]


def cells(answer: dict[str, Any], *columns: str, table: int = 0) -> Cells:
    return [tuple(row["values"][column] for column in columns) for row in answer["tables"][table]["rows"]]


def asked(reader: Any, report: str, **question: str) -> dict[str, Any]:
    answer: dict[str, Any] = Program(reader).get(f"reports/{report}/", **MARCH | question).json()
    return answer


def issued_by(clerk: Any, customer: Any, amount: str, *, waited: int = 0) -> Invoice:
    """An invoice that lay as a draft for so many hours."""
    drafted = world.draft(customer, amount, dated_on=date(2026, 3, 2))
    Invoice.objects.filter(pk=drafted.pk).update(created_at=timezone.now() - timedelta(hours=waited))
    return issue_invoice(drafted.pk, by=clerk, on=date(2026, 3, 2))


def mailed_after(invoice: Invoice, hours: int, key: str = "one") -> None:
    assert invoice.issued_at is not None
    mail = OutgoingMail.objects.create(
        key=f"test:{invoice.pk}:{key}",
        kind="invoice",
        company=invoice.company,
        customer_id=invoice.customer_id,
        contact_id=Contact.objects.create(customer=invoice.customer, name="Ann", email=f"{key}@example.com").pk,
        about_type="billing.invoice",
        about_id=invoice.pk,
        due_at=invoice.issued_at,
    )
    sent_at = invoice.issued_at + timedelta(hours=hours)
    become("sent", OutgoingMail.objects.filter(pk=mail.pk), finished_at=sent_at)


@pytest.fixture
def ada(company: Any) -> Any:
    return world.make_user(company, "clerk", name="Ada")


@pytest.fixture
def wrong(company: Any, customer: Any, manager: Any, ada: Any) -> list[Invoice]:
    """Of Ada's four invoices one is voided, one credited in part and one objected to; one of nobody's is voided."""
    invoices = [issued_by(ada, customer, amount) for amount in ("100.00", "200.00", "300.00", "400.00")]
    twice = ReasonCode.objects.get(company=company, code="duplicate")
    price = ReasonCode.objects.get(company=company, code="wrong_price")
    void_invoice(invoices[0].pk, reason="Came twice", by=manager, on=date(2026, 3, 5), reason_code_id=twice.pk)
    credit_invoice(
        invoices[1].pk, Decimal("20.00"), reason="", by=manager, on=date(2026, 3, 6), reason_code_id=price.pk
    )
    dispute(invoices[2], "50.00", by=manager, on=date(2026, 3, 7))
    of_nobody = world.issue(customer, "7.00", date(2026, 3, 2))
    void_invoice(of_nobody.pk, reason="Oh", by=manager, on=date(2026, 3, 8))
    return invoices


def test_each_correction_says_whose_document_and_why(manager: Any, wrong: list[Invoice]) -> None:
    answer = asked(manager, "corrections")
    assert cells(answer, "on_day", "what", "cause", "clerk", "who", "amount") == [
        ("2026-03-05", "Voided", "Billed twice", "Ada", str(manager), "100.00"),
        ("2026-03-06", "Credited", "Wrong price", "Ada", str(manager), "20.00"),
        ("2026-03-07", "Objected to", "Price differs from what was agreed", "Ada", str(manager), "50.00"),
        ("2026-03-08", "Voided", None, "The office itself", str(manager), "7.00"),
    ]
    assert [row["values"]["amount"] for row in answer["tables"][0]["foot"]] == ["177.00"]
    assert cells(answer, "document")[0] == (wrong[0].number,)


def test_they_are_narrowed_by_person_kind_and_cause(manager: Any, ada: Any, wrong: list[Invoice]) -> None:
    code = ReasonCode.objects.get(company=manager.companies.get(), code="wrong_price")
    assert len(cells(asked(manager, "corrections", clerk=str(ada.pk)), "what")) == 3
    assert cells(asked(manager, "corrections", clerk="0"), "amount") == [("7.00",)]
    assert cells(asked(manager, "corrections", cause="0"), "amount") == [("7.00",)]
    assert cells(asked(manager, "corrections", cause=str(code.pk)), "amount") == [("20.00",)]
    assert cells(asked(manager, "corrections", what="objected"), "amount") == [("50.00",)]
    april = {"first_day": "2026-04-01", "last_day": "2026-04-30"}
    assert cells(asked(manager, "corrections", **april), "what") == []


def test_a_past_month_stays_what_it_was_though_its_credit_memo_is_voided_later(
    manager: Any, wrong: list[Invoice]
) -> None:
    before = cells(asked(manager, "corrections"), "what", "amount")
    memo = Invoice.objects.get(credits=wrong[1])
    undo_allocation(world.item_of(memo).debits_settled.get().pk, dated_on=date(2026, 4, 1), by=None, reason="x")
    void_invoice(memo.pk, reason="Right after all", by=manager, on=date(2026, 4, 2))
    assert cells(asked(manager, "corrections"), "what", "amount") == before
    april = asked(manager, "corrections", first_day="2026-04-01", last_day="2026-04-30")
    assert cells(april, "what", "document") == [("Voided", memo.number)]


def test_pages_of_corrections_follow_each_other(manager: Any, wrong: list[Invoice]) -> None:
    seen, after = [], ""
    while after is not None:
        answer = asked(manager, "corrections", limit="1", after=after)
        seen += cells(answer, "amount")
        after = answer["tables"][0]["next"]
    assert seen == [("100.00",), ("20.00",), ("50.00",), ("7.00",)]


def test_corrections_are_counted_by_person_and_by_cause(manager: Any, ada: Any, wrong: list[Invoice]) -> None:
    answer = asked(manager, "handling")
    assert cells(answer, "clerk", "issued", "voided", "credited", "objected", "share") == [
        ("Ada", 4, 1, 1, 1, "75"),
        (str(manager), 1, 0, 0, 0, "0"),
        ("The office itself", 1, 1, 0, 0, "100"),
    ]
    [foot] = answer["tables"][0]["foot"]
    assert (foot["values"]["issued"], foot["values"]["share"]) == (6, "66.7")
    assert cells(answer, "cause", "clerk", "voided", "credited", "objected", "amount", table=1) == [
        ("Billed twice", "Ada", 1, 0, 0, "100.00"),
        ("No usual reason", "The office itself", 1, 0, 0, "7.00"),
        ("Price differs from what was agreed", "Ada", 0, 0, 1, "50.00"),
        ("Wrong price", "Ada", 0, 1, 0, "20.00"),
    ]
    assert [row["values"]["amount"] for row in answer["tables"][1]["foot"]] == ["177.00"]


def test_each_count_leads_to_its_corrections(manager: Any, ada: Any, wrong: list[Invoice], client: Any) -> None:
    client.force_login(manager)
    page = client.get("/reports/handling/", MARCH).content.decode()
    first = f"/reports/corrections/?first_day=2026-03-01&amp;last_day=2026-03-31&amp;what=voided&amp;clerk={ada.pk}"
    assert f'<a href="{first}">1</a>' in page
    assert page.count("/reports/corrections/?") == 4 + 4 + 3


def test_half_and_nine_of_ten_say_how_long_documents_wait(manager: Any, ada: Any, customer: Any) -> None:
    """Ten drafts that waited 1 to 10 hours; five are mailed 2, 4, 6, 8 and 10 hours after; again counts no more."""
    invoices = [issued_by(ada, customer, "10.00", waited=hours) for hours in range(1, 11)]
    for place, invoice in enumerate(invoices[:5], start=1):
        mailed_after(invoice, 2 * place, key=f"m{place}")
    mailed_after(invoices[0], 90, key="again")
    [row] = cells(
        asked(manager, "handling"),
        *("clerk", "issued", "to_issue", "to_issue_most", "mailed", "to_mail", "to_mail_most", "share"),
    )
    assert row == ("Ada", 10, "5", "9", 5, "6", "10", "0")


def test_without_a_document_there_is_no_row(manager: Any) -> None:
    answer = asked(manager, "handling")
    assert [(table["rows"], table["foot"]) for table in answer["tables"]] == [([], []), ([], [])]


def test_one_in_sales_and_another_company_see_their_own(
    company: Any, customer: Any, manager: Any, wrong: list[Invoice]
) -> None:
    seller = world.make_user(company, "manager", only_own_customers=True)
    stranger = world.make_user(world.make_company(), "manager")
    for reader in (seller, stranger):
        assert cells(asked(reader, "corrections"), "what") == []
        assert cells(asked(reader, "handling"), "clerk") == []
    Customer.objects.filter(pk=customer.pk).update(sales_owner=seller)
    assert len(cells(asked(seller, "corrections"), "what")) == 4
