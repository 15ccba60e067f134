import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from django.urls import URLResolver, get_resolver, include, path

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


WITHOUT_A_DOOR = {"healthz", "readyz", "metrics", "log_in", "log_out", "token_list", "change_password", "search"}
WITHOUT_A_DOOR |= {"log_in_code", "passkey_question", "known", "security", "set_up_app", "set_up_passkey"}
WITHOUT_A_DOOR |= {
    "sign_on",
    "sign_on_back",
    "sign_on_back_by_saml",
    "saml_metadata",
    "forgot",
    "choose_password",
    "renew_recovery_codes",
    "end_other_log_ins",
    "profile",
}
"""What is reached from every page, or before anybody is known."""


def staff_pages(resolver, before="/"):
    """Names and addresses of the pages that need no number, outside of the API and of what customers see."""
    for found in resolver.url_patterns:
        address = f"{before}{found.pattern}"
        if isinstance(found, URLResolver):
            yield from staff_pages(found, address)
        elif "<" not in address and not address.startswith(("/api/", "/p/", "/webhooks/")):
            yield found.name, address


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


@pytest.mark.urls("config.urls")
def test_every_page_of_staff_marks_the_door_that_leads_to_it():
    everybody = Someone()
    everybody.has_perm = lambda name: True

    def marked(address):
        return any(link.is_current for group in navigation_for(everybody, address) for link in group)

    addresses = {address for name, address in staff_pages(get_resolver()) if name not in WITHOUT_A_DOOR}
    assert len(addresses) > 60
    assert sorted(address for address in addresses if not marked(address)) == []


@pytest.mark.urls("config.urls")
@pytest.mark.parametrize(
    ("address", "current"),
    [
        ("/refunds/repayments/7/", "Payments"),
        ("/mandates/7/", "Payments"),
        ("/settlements/7/", "Customers"),
        ("/bank/lines/7/", "Bank"),
        ("/revaluation/", "Bank"),
        ("/settings/bank-accounts/", "Settings"),
        ("/customers/7/allocate/", "Customers"),
    ],
)
def test_a_page_marks_the_door_of_its_task(address, current):
    everybody = Someone()
    everybody.has_perm = lambda name: True
    links = [link for group in navigation_for(everybody, address) for link in group]

    assert [link.entry.label for link in links if link.is_current] == [current]


@pytest.mark.parametrize(
    ("cookie", "theme"), [("dark", "dark"), ("light", "light"), ('"><script>', "auto"), ("", "auto")]
)
def test_the_theme_comes_from_the_cookie_and_nothing_else_gets_in(cookie, theme):
    request = RequestFactory().get("/")
    request.COOKIES["theme"] = cookie

    assert page(request)["theme"] == theme
    assert list(page(request)["navigation"]) == []
