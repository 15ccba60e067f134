"""Usage counts once, is billed once, and what comes late is billed with the next period."""

import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import time_machine

from billing.importing.usage import USAGE_FIELDS
from billing.models import Invoice, Outcome, UsageRecord
from billing.operations.bill_recurring import bill_again, bill_recurring
from billing.operations.draft_invoice import delete_draft
from billing.operations.import_usage import AT_ONCE, import_usage
from billing.operations.record_usage import Recorded, UsageDetails, record_usage
from billing.operations.void_invoice import void_invoice
from ledger.refusals import Refused
from office.importing import Outcome as Imported
from office.models import AuditRecord, Run
from office.reading import Mapping
from office.reading.mapping import match_headings
from office.reading.rows import read_headings
from office.reading.unpacking import unpacked
from office.work.runs import carry_out
from tests import world

pytestmark = pytest.mark.django_db
Parallel = Callable[[list[Callable[[], Any]]], list[Any]]


def on(day: str) -> Any:
    return time_machine.travel(datetime.fromisoformat(f"{day} 10:00").replace(tzinfo=UTC), tick=False)


@pytest.fixture
def in_march() -> Any:
    with on("2026-03-01"):
        yield


def metered(customer: Any, **details: Any) -> Any:
    """Calls at 0.02 each month, billed afterwards."""
    line = world.recurring_line("0.02", meter="calls", description="Calls", unit="calls")
    return world.make_recurring(customer, [line], date(2026, 3, 1), in_arrears=True, **details)


def quantities() -> list[Decimal]:
    invoices = Invoice.objects.order_by("period_from")
    return [line.quantity for invoice in invoices for line in invoice.lines.all()]


def test_what_was_used_in_the_period_is_its_quantity_and_late_records_are_billed_next(customer, in_march):
    recurring = metered(customer)
    with on("2026-04-01"):
        world.use(customer, "1000", date(2026, 3, 1))
        world.use(customer, "200.5", date(2026, 3, 31))
        world.use(customer, "7", date(2026, 4, 1))
        world.use(customer, "99", date(2026, 3, 5), meter="other")
        world.use(customer, "99", date(2026, 2, 28))
        bill_recurring(recurring.pk)
        assert quantities() == [Decimal("1200.5")]
        assert Invoice.objects.get().total == Decimal("24.01")
    with on("2026-05-01"):
        world.use(customer, "30", date(2026, 3, 31))
        bill_recurring(recurring.pk)

    assert quantities() == [Decimal("1200.5"), Decimal("37")]
    assert UsageRecord.objects.filter(occurrence=None).count() == 2


@pytest.mark.parametrize("in_arrears", [True, False])
def test_what_was_used_costs_what_held_in_the_period_it_was_used_in(customer, in_march, in_arrears):
    line = world.recurring_line(
        "0.02", meter="calls", description="Calls", new_price=Decimal("0.03"), new_price_from=date(2026, 3, 15)
    )
    recurring = world.make_recurring(customer, [line], date(2026, 3, 1), in_arrears=in_arrears)
    with on("2026-04-01"):
        world.use(customer, "1000", date(2026, 3, 31))
        bill_recurring(recurring.pk)
    with on("2026-05-01"):
        world.use(customer, "30", date(2026, 3, 31))
        world.use(customer, "100", date(2026, 4, 1))
        bill_recurring(recurring.pk)

    assert [
        [(line.quantity, line.unit_price) for line in invoice.lines.all()]
        for invoice in Invoice.objects.order_by("period_from")
    ] == [[(1000, Decimal("0.02"))], [(30, Decimal("0.02")), (100, Decimal("0.03"))]]


def test_where_nothing_was_used_there_is_nothing_to_bill(customer, in_march):
    recurring = metered(customer)
    with on("2026-04-01"):
        bill_recurring(recurring.pk)

    assert recurring.occurrences.get().outcome == Outcome.NOTHING
    assert not Invoice.objects.exists()


def test_a_draft_thrown_away_gives_its_usage_back_when_it_is_made_again(customer, clerk, in_march):
    recurring = metered(customer, issues=False)
    with on("2026-04-01"):
        world.use(customer, "50", date(2026, 3, 2))
        bill_recurring(recurring.pk)
        delete_draft(Invoice.objects.get().pk, by=clerk)
        bill_again(recurring.occurrences.get().pk, by=clerk, on=date(2026, 4, 1))

    assert quantities() == [Decimal(50)]


def test_a_void_document_gives_its_usage_back_when_it_is_made_again(customer, clerk, in_march):
    recurring = metered(customer)
    with on("2026-04-01"):
        world.use(customer, "50", date(2026, 3, 2))
        bill_recurring(recurring.pk)
        wrong = Invoice.objects.get()
        with pytest.raises(Refused, match="was made for this period already"):
            bill_again(recurring.occurrences.get().pk, by=clerk, on=date(2026, 4, 1))
        void_invoice(wrong.pk, reason="Wrong address", by=None, on=date(2026, 4, 1))
        again = bill_again(recurring.occurrences.get().pk, by=clerk, on=date(2026, 4, 1)).invoice

    assert (again.status, again.total, quantities()) == ("issued", wrong.total, [50, 50])


def test_two_recurring_invoices_do_not_bill_the_same_usage(customer, in_march):
    first, second = metered(customer, name="First"), metered(customer, name="Second")
    with on("2026-04-01"):
        world.use(customer, "50", date(2026, 3, 2))
        bill_recurring(first.pk)
        bill_recurring(second.pk)

    assert quantities() == [Decimal(50)]


# Recording


def details(customer: Any, **changes: Any) -> UsageDetails:
    values = {"meter": "calls", "used_on": date(2026, 3, 2), "quantity": Decimal(5), "reference": "r-1"}
    return UsageDetails(customer.pk, **values | changes)


def test_the_same_record_sent_again_adds_nothing(customer, clerk):
    assert record_usage(customer.company, [details(customer)], by=clerk) == Recorded(new=1)
    again = record_usage(customer.company, [details(customer), details(customer, reference="r-2")] * 2, by=clerk)

    assert again == Recorded(new=1, known=3)
    assert UsageRecord.objects.count() == 2


@pytest.mark.django_db(transaction=True)
def test_one_file_from_two_doors_at_once_counts_once(customer, in_parallel: Parallel):
    batch = [details(customer, reference=f"r-{place}") for place in range(50)]
    results = in_parallel([lambda: record_usage(customer.company, batch, by=None)] * 3)

    assert [result for result in results if isinstance(result, Exception)] == []
    assert UsageRecord.objects.count() == 50


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"meter": " "}, "bad_meter"),
        ({"meter": "m" * 41}, "bad_meter"),
        ({"reference": ""}, "bad_reference"),
        ({"used_on": date(2999, 1, 1)}, "bad_day"),
        ({"used_on": date(1009, 1, 1)}, "bad_day"),
        ({"quantity": Decimal("0.0000001")}, "bad_quantity"),
        ({"quantity": Decimal(10) ** 12}, "bad_quantity"),
    ],
)
def test_a_wrong_record_is_refused_with_its_place_and_nothing_is_kept(customer, changes, code):
    with pytest.raises(Refused, match="Record 2: ") as refusal:
        record_usage(customer.company, [details(customer), details(customer, **{"reference": "x"} | changes)], by=None)

    assert refusal.value.code == code
    assert not UsageRecord.objects.exists()


def test_a_reference_used_for_something_else_is_refused(customer):
    record_usage(customer.company, [details(customer)], by=None)
    with pytest.raises(Refused) as refusal:
        record_usage(customer.company, [details(customer, quantity=Decimal(6))], by=None)

    assert refusal.value.code == "reference_used"
    assert UsageRecord.objects.get().quantity == 5


def test_a_limited_person_records_for_their_own_customers_alone(company, customer):
    sales = world.make_user(company, "clerk", only_own_customers=True)
    with pytest.raises(Refused, match="no such customer"):
        record_usage(company, [details(customer)], by=sales)


# Files

FILE = (
    "Reference;Customer no;Meter;Day;Quantity\n"
    "a1;C-1;calls;2026-03-02;10\n"
    "a2;C-1;calls;2026-03-03;2,5\n"
    "a3;C-9;calls;2026-03-03;1\n"
    "a4;C-1;calls;yesterday;1\n"
    "a1;C-1;calls;2026-03-02;11\n"
)


@pytest.fixture
def c1(company: Any) -> Any:
    return world.make_customer(company, number="C-1")


def take(company: Any, content: str, **options: Any) -> Imported:
    with unpacked(io.BytesIO(content.encode())) as table:
        mapping = match_headings(read_headings(table, Mapping({})), USAGE_FIELDS)
        return import_usage(company, table, mapping, **{"by": None, **options})


def test_good_rows_go_in_and_each_wrong_one_says_why(company, c1):
    outcome = take(company, FILE)

    assert outcome.counts == {"New": 2, "Here already": 0, "Wrong": 3}
    assert [(trouble.line, trouble.reason) for trouble in outcome.troubles] == [
        (4, "unknown_customer"),
        (5, "Day cannot be read"),
        (6, "reference_used"),
    ]
    kept = UsageRecord.objects.order_by("reference").values_list("reference", "quantity")
    assert list(kept) == [("a1", Decimal(10)), ("a2", Decimal("2.5"))]


def test_a_dry_run_tells_and_keeps_nothing(company, c1):
    assert take(company, FILE, dry_run=True).counts["New"] == 2
    assert not UsageRecord.objects.exists()


def test_a_file_sent_again_adds_nothing(company, c1):
    content = "Reference;Customer;Meter;Day;Quantity\n" + "".join(
        f"r{place};C-1;calls;2026-03-02;{place}\n" for place in range(1, 6)
    )
    assert take(company, content).counts == {"New": 5, "Here already": 0, "Wrong": 0}
    assert take(company, content).counts == {"New": 0, "Here already": 5, "Wrong": 0}
    assert UsageRecord.objects.count() == 5


def test_a_reference_that_comes_again_far_below_counts_once(company, c1):
    rows = [*((f"r{place}", 1) for place in range(AT_ONCE)), ("r0", 1), ("r1", 2)]
    lines = [f"{reference};C-1;calls;2026-03-02;{quantity}" for reference, quantity in rows]
    outcome = take(company, "\n".join(["Reference;Customer;Meter;Day;Quantity", *lines]))

    assert outcome.counts == {"New": AT_ONCE, "Here already": 1, "Wrong": 1}
    assert [(trouble.line, trouble.reason) for trouble in outcome.troubles] == [(AT_ONCE + 3, "reference_used")]
    told = AuditRecord.objects.filter(action="record_usage").values_list("after", flat=True)
    assert list(told) == [{"new": str(AT_ONCE), "known": "1"}]


def test_the_run_on_screen_counts_and_keeps_the_rows_left_out(company, c1, clerk):
    columns = {
        "reference": "Reference",
        "customer_number": "Customer no",
        "meter": "Meter",
        "used_on": "Day",
        "quantity": "Quantity",
    }
    run = Run.objects.create(
        company=company,
        by=clerk,
        kind="import_usage",
        title="Import of usage.csv",
        input_file=FILE.encode(),
        parameters={"mapping": {"columns": columns}},
    )
    [done] = carry_out(run.pk)

    assert done.result == {"New": 2, "Here already": 0, "Wrong": 3}
    assert b"There is no such customer here." in bytes(done.errors_file)
