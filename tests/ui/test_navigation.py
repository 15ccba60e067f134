import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import include, path

from office.web.context import page
from office.web.navigation import navigation_for


def view(request):
    return HttpResponse()


urlpatterns = [
    path("", view, name="home"),
    path("customers/", include(([path("", view, name="customer_list")], "customers"))),
    path("invoices/", include(([path("", view, name="invoice_list")], "billing"))),
    path("mail/", include(([path("", view, name="mail_list")], "office"))),
]
pytestmark = pytest.mark.urls(__name__)


class Someone:
    is_authenticated = True

    def __init__(self, *permissions):
        self.permissions = permissions

    def has_perm(self, name):
        return name in self.permissions


def labels(user, address="/"):
    return [[link.entry.label for link in group] for group in navigation_for(user, address)]


def test_the_side_bar_shows_only_doors_that_exist_and_that_one_may_use():
    clerk = Someone("customers.view_customer", "billing.view_invoice", "payments.view_receipt", "office.read_mail")

    assert labels(clerk) == [["Home", "Customers", "Invoices"], ["Mail"]]
    assert labels(Someone()) == [["Home"]]


@pytest.mark.parametrize(("address", "current"), [("/", "Home"), ("/customers/7/", "Customers"), ("/elsewhere/", None)])
def test_the_door_one_came_through_is_marked(address, current):
    links = [link for group in navigation_for(Someone("customers.view_customer"), address) for link in group]

    assert [link.entry.label for link in links if link.is_current] == ([current] if current else [])


@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"><script>', "auto"), ("", "auto")]
)
def test_the_theme_comes_from_the_cookie_and_nothing_else_gets_in(cookie, theme):
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie

    assert page(request)["theme"] == theme
    assert list(page(request)["navigation"]) == []
