"""The list spec over a real table: customers, with the credit limit as their amount."""

import csv
import io
from decimal import Decimal

import pytest
import python_calamine
from django.db.models import F, Value
from django.db.models.functions import Coalesce
from django.http import QueryDict
from django.test import RequestFactory
from django.utils.html import format_html

from customers.models import Customer
from office.models import Company, User
from office.web.lists import Choice, Column, DateRange, Empty, ListSpec, Text, Toggle, list_page
from office.web.lists.exporting import ListFile
from office.web.lists.page import ListPage
from office.web.lists.paging import Order, take_page
from office.web.lists.totals import capped_count, count_words

pytestmark = pytest.mark.django_db

READER = User(pk=1, name="Reader", is_superuser=True)
"""Somebody who may follow every link."""
LIMIT = Coalesce(F("credit_limit"), Value(Decimal(0)))
SPEC = ListSpec(
    name="customers",
    title="Customers",
    order="name",
    empty=Empty("No customers yet", "Whoever owes you money stands here."),
    search=("name", "number"),
    columns=(
        Column("name", "Name", "name", sort="sort_name", url=lambda customer: f"/customers/{customer.pk}/"),
        Column("number", "Number", "number", sort="number", hide_below="phone"),
        Column("limit", "Limit", "credit_limit", "money", sort=LIMIT, total="credit_limit"),
        Column("since", "Since", "created_at", "moment", sort="created_at", hide_below="tablet"),
    ),
    filters=(
        Choice("currency", "Currency", "currency", choices=[("EUR", "Euro"), ("JPY", "Yen")]),
        DateRange("since", "Since", "created_at__date"),
        Toggle("active", "Only active", "is_active"),
        Text("tax_id", "Tax id", "tax_id"),
    ),
)


@pytest.fixture
def company():
    return Company.objects.create(legal_name="Demo Ltd", country="GB", currency="GBP", email="billing@demo.example")


@pytest.fixture
def add(company):
    def add_customer(name, limit=None, currency="EUR", **fields):
        number = f"C{Customer.objects.count() + 1:04d}"
        return Customer.objects.create(
            company=company,
            number=number,
            name=name,
            sort_name=name.casefold(),
            search_text=name.casefold(),
            currency=currency,
            credit_limit=None if limit is None else Decimal(limit),
            **fields,
        )

    return add_customer


def listed(query="", spec=SPEC):
    return ListPage(spec, Customer.objects.all(), QueryDict(query), READER)


def names(query=""):
    return [customer.name for customer in listed(query).page.rows]


def asked(query=""):
    request = RequestFactory().get(f"/customers/?{query}")
    request.user, request.company, request.companies = READER, Company.objects.first(), []
    return request


def answer(query="", spec=SPEC, **kwargs):
    response = list_page(asked(query), spec, Customer.objects.all(), **kwargs)
    return response.content.decode() if not response.streaming else b"".join(response.streaming_content)


def test_walking_forward_and_back_shows_every_row_once_and_in_order_even_with_ties(add):
    for place in range(23):
        add(f"Customer {place // 4}")
    order = Order("customers", "name", "sort_name", descending=True)
    wanted = list(Customer.objects.order_by("-sort_name", "-pk"))

    pages = [take_page(Customer.objects.all(), order, size=5)]
    while pages[-1].next:
        pages.append(take_page(Customer.objects.all(), order, after=pages[-1].next, size=5))
    back = [pages[-1]]
    while back[-1].previous:
        back.append(take_page(Customer.objects.all(), order, before=back[-1].previous, size=5))

    assert [row for page in pages for row in page.rows] == wanted
    assert [row for page in reversed(back) for row in page.rows][-20:] == wanted[-20:]
    assert [(page.start + 1, page.end) for page in pages] == [(1, 5), (6, 10), (11, 15), (16, 20), (21, 23)]
    assert [(page.start + 1, page.end) for page in back] == [(21, 23), (16, 20), (11, 15), (6, 10), (1, 5)]


def test_a_page_by_an_expression_goes_on_from_amounts_and_moments(add):
    for limit in (None, "30", "10", "20"):
        add("Same", limit)
    for key, expression in (("limit", LIMIT), ("since", F("created_at"))):
        order = Order("customers", key, expression, descending=False)
        first = take_page(Customer.objects.all(), order, size=2)
        second = take_page(Customer.objects.all(), order, after=first.next, size=2)

        assert [*first.rows, *second.rows] == list(Customer.objects.order_by(expression, "pk"))


@pytest.mark.parametrize("cursor", ["", "x", "WyJuYW1lIl0", "é:é:é", "\x00"])
def test_a_cursor_that_is_not_ours_is_ignored(add, cursor):
    add("Acme")

    assert names(f"after={cursor}") == ["Acme"]


def test_a_cursor_of_another_order_begins_at_the_start(add):
    for name in "ABC":
        add(name)
    order = Order("customers", "name", "sort_name", descending=False)
    cursor = take_page(Customer.objects.all(), order, size=1).next

    assert names(f"after={cursor}") == ["B", "C"]
    assert names(f"after={cursor}&sort=-name") == ["C", "B", "A"]


def test_unknown_parameters_and_values_are_ignored(add):
    add("Acme")

    assert names("currency=XXX&since_from=soon&sort=password&company__staff__password=x&page=9") == ["Acme"]


def test_filters_narrow_together_and_each_chip_drops_only_its_own(add):
    add("Acme", currency="JPY", tax_id="GB123")
    add("Acme Europe", tax_id="GB123")
    add("Bolt", tax_id="GB123", is_active=False)
    shown = listed("q=acme&currency=EUR&active=1&tax_id=gb1&sort=-name&after=zzz")

    assert [row.name for row in shown.page.rows] == ["Acme Europe"]
    assert [(chip.label, chip.words) for chip in shown.chips] == [
        ("Search", "“acme”"),
        ("Currency", "Euro"),
        ("Only active", "yes"),
        ("Tax id", "gb1"),
    ]
    assert shown.chips[1].url == "?q=acme&sort=-name&active=1&tax_id=gb1"
    assert shown.clear_url == "?sort=-name"


def test_days_are_included_at_both_ends(add):
    today = add("Acme").created_at.date()

    assert names(f"since_from={today}&since_to={today}") == ["Acme"]
    assert names("since_to=2000-01-01") == []


def test_every_typed_word_must_stand_somewhere(add):
    add("North Harbour")
    add("North Sea")

    assert names("q=harb+nor") == ["North Harbour"]
    assert names("q=100%25") == []


def test_totals_are_of_the_whole_filter_one_row_for_each_currency(add):
    for limit in ("10.10", "20.20"):
        add("Acme", limit)
    add("Acme Japan", "1500", currency="JPY")
    add("Bolt", "99")
    totals = listed("q=acme").totals

    assert [(each.currency, each.sums) for each in totals] == [
        ("EUR", {"limit": Decimal("30.30")}),
        ("JPY", {"limit": Decimal("1500")}),
    ]


def test_the_count_stops_at_its_cap(add, monkeypatch):
    for name in "ABC":
        add(name)
    assert count_words(capped_count(Customer.objects.all())) == "3"

    monkeypatch.setattr("office.web.lists.totals.MOST", 2)
    assert count_words(capped_count(Customer.objects.all())) == "2+"


def test_the_page_finds_its_rows_and_shows_them_and_the_foot_comes_after(add, django_assert_num_queries):
    add("Acme & Sons", "1234.5")
    with django_assert_num_queries(6):
        page = answer()
    with django_assert_num_queries(3):
        foot = answer("part=foot&first=1&last=1")

    assert f'<a href="/customers/{Customer.objects.get().pk}/">Acme &amp; Sons</a>' in page
    assert '<td class="amount">€1,234.50</td>' in page
    assert 'hx-get="?part=foot&amp;first=1&amp;last=1"' in page
    assert '<th scope="row" class="whole">Total, EUR</th>' in foot
    assert "1 to 1 of 1" in foot


def test_heads_sort_and_turn_round(add):
    add("Acme")
    heads = {head.label: head for head in listed("sort=name").headings}

    assert (heads["Name"].url, heads["Name"].aria_sort) == ("?sort=-name", "ascending")
    assert (heads["Number"].url, heads["Number"].aria_sort) == ("?sort=number", "")


def test_without_script_the_same_page_gives_the_totals(add):
    add("Acme", "5")

    assert '<td class="amount">€5.00</td>' in answer("totals=1").split("<tfoot>")[1]


def test_each_emptiness_says_its_own(add):
    assert "No customers yet" in answer()
    assert "Nothing here that you may see" not in answer(unscoped=Customer.objects.all())

    add("Acme")
    assert "Nothing matches" in answer("q=zzz")
    hidden = list_page(asked(), SPEC, Customer.objects.none(), unscoped=Customer.objects.all()).content.decode()
    assert "Nothing here that you may see" in hidden


def test_csv_has_every_row_of_the_filter_with_amounts_as_numbers_and_text_made_harmless(add):
    """Case IMP-08."""
    add("=cmd|' /C calc'!A0", "1234.5")
    add("Zed", "1500", currency="JPY")
    text = answer("format=csv").decode()
    rows = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"))))

    assert rows[0] == ["Name", "Number", "Limit", "Since", "Currency"]
    assert rows[1][:3] + rows[1][4:] == ["'=cmd|' /C calc'!A0", "C0001", "1234.50", "EUR"]
    assert rows[2][:3] + rows[2][4:] == ["Zed", "C0002", "1500", "JPY"]


def test_csv_goes_on_past_one_page_in_the_lists_order(add):
    for place in range(60):
        add(f"N{place:02d}")

    lines = answer("format=csv&sort=-name").decode().splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == [f"N{place:02d}" for place in reversed(range(60))]


def test_excel_has_true_numbers_and_text_that_is_no_formula(add):
    """Case IMP-08."""
    add("=1+1", "1234.5")
    sheet = python_calamine.load_workbook(io.BytesIO(answer("format=xlsx"))).get_sheet_by_index(0).to_python()

    assert sheet[0] == ["Name", "Number", "Limit", "Since", "Currency"]
    assert sheet[1][:3] == ["'=1+1", "C0001", 1234.5]
    assert sheet[1][3].date() == Customer.objects.get().created_at.date()


def test_rows_for_programs_carry_exact_amounts(add):
    customer = add("Acme", "1234.5")

    listing = ListFile("customers", "Customers", SPEC.columns, Customer.objects.order_by("pk"))
    assert list(listing.values()) == [
        {
            "name": "Acme",
            "number": "C0001",
            "limit": Decimal("1234.50"),
            "since": customer.created_at,
            "currency": "EUR",
        }
    ]


def test_markup_in_a_value_is_text_and_a_note_may_bring_its_own(add):
    add("<script>alert(1)</script>")
    noted = ListSpec(
        name="x",
        title="X",
        order="name",
        empty=SPEC.empty,
        columns=(Column("name", "Name", "name", sort="name", note=lambda row: format_html("<b>{}</b>", row.name)),),
    )
    page = answer(spec=noted)

    assert "<script>alert" not in page
    assert '<div class="cell-note"><b>&lt;script&gt;' in page


def test_a_list_cannot_be_ordered_by_a_column_that_does_not_sort():
    with pytest.raises(ValueError, match="no sortable column"):
        ListSpec(name="x", title="X", order="-limit", empty=SPEC.empty, columns=(Column("limit", "Limit", "x"),))
