"""Each request has an id that its answer, its lines and its tasks bear; no line holds what opens or names something."""

import json
import logging
from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from celery import current_app, shared_task
from celery.worker.request import Request
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse

from config.log_lines import JsonLine, Line, belonging_to
from office.masking import mask
from office.operations.create_api_token import create_api_token
from office.operations.manage_webhooks import EndpointDetails, add_endpoint
from office.work.bells import ring
from tests import world

pytestmark = pytest.mark.django_db(transaction=True)
Lines = Callable[[], list[dict[str, Any]]]
IBAN, MAIL, NAME = "DE89370400440532013000", "secret.eva@bramble.example", "Zzyxmarkedname"


@shared_task
def says(word: str) -> None:
    """A task that says something in the log."""
    logging.getLogger("a.task").warning("Said %s", word)


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What the log says from now on, as JSON."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(JsonLine())
    root, before = logging.getLogger(), logging.getLogger().level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield lambda: [json.loads(line) for line in written.getvalue().splitlines()]
    root.removeHandler(handler)
    root.setLevel(before)


def requests_in(lines: Lines) -> list[dict[str, Any]]:
    return [line for line in lines() if line["logger"] == "duebook.requests"]


def test_a_request_leaves_one_line_by_the_name_of_its_page_and_who_asked(company: Any, lines: Lines):
    clerk = world.make_user(company)
    browser = Client()
    browser.force_login(clerk)
    customer = world.make_customer(company)
    answer = browser.get(reverse("customers:customer", args=[customer.pk]), {"q": NAME})
    [line] = requests_in(lines)
    assert (line["route"], line["method"], line["status"], line["user_id"], line["request_id"]) == (
        "customers:customer",
        "GET",
        200,
        clerk.pk,
        answer["X-Request-ID"],
    )
    assert line["milliseconds"] >= 0
    assert NAME not in json.dumps(lines())


def test_a_programs_line_says_whose_key_it_was(company: Any, lines: Lines):
    manager = world.make_user(company, "manager")
    secret = create_api_token("Shop", by=manager)[1]
    Client().get("/api/v1/customers/", headers={"Authorization": f"Bearer {secret}"})
    assert requests_in(lines)[0]["user_id"] == manager.pk
    assert secret not in json.dumps(lines())


def test_each_request_has_another_id_and_only_our_own_proxy_may_give_one(client: Client, settings: Any):
    given = {"X-Request-ID": "given-by-somebody"}
    ids = {client.get("/healthz", headers=given)["X-Request-ID"] for _ in range(3)}
    assert (len(ids), "given-by-somebody" in ids) == (3, False)
    settings.BEHIND_PROXY = True
    assert client.get("/healthz", headers=given)["X-Request-ID"] == "given-by-somebody"
    assert client.get("/healthz", headers={"X-Request-ID": "a\r\nb: <c>"})["X-Request-ID"] not in (given, "")


def test_an_error_page_shows_the_number_under_which_the_log_tells_of_it(
    company: Any, lines: Lines, monkeypatch: pytest.MonkeyPatch
):
    def break_down(*_: Any) -> None:
        raise RuntimeError(f"on purpose: {MAIL}")

    browser = Client(raise_request_exception=False)
    browser.force_login(world.make_user(company))
    monkeypatch.setattr("office.web.middleware.companies_for", break_down)
    answer = browser.get("/")
    assert (answer.status_code, answer["X-Request-ID"] in answer.content.decode()) == (500, True)
    [told] = [line for line in lines() if "error" in line]
    assert (told["request_id"], "RuntimeError: on purpose" in told["error"]) == (answer["X-Request-ID"], True)
    assert MAIL not in json.dumps(lines())


def test_a_task_bears_the_id_of_the_request_that_rang_for_it(lines: Lines):
    with current_app.connection() as broker, broker.SimpleQueue("celery") as queue:
        queue.clear()
        with belonging_to("request-one"):
            ring(says.name, "hello")
        message = queue.get(timeout=10)
        Request(message, app=current_app, task=says, hostname="here").execute()
    [line] = [line for line in lines() if line["logger"] == "a.task"]
    assert (line["message"], line["request_id"], line["task_id"]) == (
        "Said hello",
        "request-one",
        message.headers["id"],
    )
    logging.getLogger("between").warning("nothing to do")
    assert "request_id" not in lines()[-1]


def test_no_line_holds_what_was_typed_at_the_main_doors(company: Any, lines: Lines, settings: Any):
    """Marked values through pages, log-in, keys, links and webhooks."""
    manager = world.make_user(company, "manager", email=MAIL)
    browser = Client(raise_request_exception=False)
    browser.force_login(manager)
    customer = world.make_customer(company, NAME)
    world.issue(customer, "10.00", company.today())
    for page in ("home", "customers:customer_list", "billing:invoice_list", "search", "office:audit_list"):
        browser.get(reverse(page), {"q": f"{NAME} {IBAN}"})
    browser.post(reverse("customers:new"), {"name": NAME, "contacts-0-email": MAIL})
    browser.post(reverse("customers:account_new", args=[customer.pk]), {"iban": IBAN})
    stranger = Client(raise_request_exception=False)
    stranger.post(reverse("office:log_in"), {"username": MAIL, "password": "marked-password-1"})
    stranger.post(reverse("office:forgot"), {"email": MAIL})
    stranger.get("/log-in/link/marked-token-2/")
    stranger.get("/p/marked-token-3/")
    stranger.get("/p/account/marked-token-4/")
    stranger.get("/practice-checkout/marked-token-5/")
    stranger.get("/api/v1/customers/", headers={"Authorization": "Bearer duebook_marked-key-6"})
    stranger.post("/webhooks/mail/postmark/", {"Email": MAIL}, content_type="application/json")
    stranger.post("/webhooks/payments/stripe/", {"name": NAME}, content_type="application/json")
    add_endpoint(company, EndpointDetails("https://9.9.9.9/marked-token-7", "n", ()), by=manager)
    logging.getLogger("django.request").warning("Not Found: %s", "/p/marked-token-8/")
    manager.pk = None
    with pytest.raises(IntegrityError) as refused, transaction.atomic():
        manager.save(force_insert=True)
    logging.getLogger("x").error("It broke", exc_info=refused.value)

    assert len(requests_in(lines)) >= 15
    said = json.dumps(lines())
    for marked in (IBAN, MAIL, NAME, "marked-"):
        assert marked not in said, marked


def test_the_lines_of_words_are_masked_as_well():
    written = StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Line())
    logger = logging.getLogger("words")
    logger.addHandler(handler)
    try:
        raise ValueError(f"no such account: {IBAN}")
    except ValueError:
        with belonging_to("request-two"):
            logger.exception("Mail to %s failed", MAIL)
    finally:
        logger.removeHandler(handler)
    said = written.getvalue()
    assert (MAIL in said, IBAN in said, "Mail to …@… failed" in said, "[request-two]" in said) == (
        False,
        False,
        True,
        True,
    )


@pytest.mark.parametrize(
    ("said", "masked"),
    [
        ("GET /p/abc_DEF-1/ 200", "GET /p/…/ 200"),
        ("GET /p/d/7/pdf/ 200", "GET /p/d/7/pdf/ 200"),
        ("to Eva.Brandt+x@bramble.example, twice", "to …@…, twice"),
        ("redis://:pass@127.0.0.1:6379/0 is away", "redis://:…@…:6379/0 is away"),
        ("IBAN de89 3704 0044 0532 0130 00 is blocked", "IBAN (account) is blocked"),
        ("?code=123456&state=x", "?code=…&state=x"),
        ("Authorization: Bearer abcdefgh1234", "Authorization: Bearer …"),
        ("seal " + "ab12" * 16, "seal " + "ab12" * 16),
        ("Run 12 of 2026-03-02 took 4711 ms", "Run 12 of 2026-03-02 took 4711 ms"),
        ("INV-2026-0001 for 1234567.89 EUR", "INV-2026-0001 for 1234567.89 EUR"),
    ],
)
def test_what_opens_or_names_is_hidden_and_the_rest_stays(said: str, masked: str):
    assert mask(said) == masked


def test_a_refusal_of_the_database_is_told_without_the_row(company: Any):
    with pytest.raises(IntegrityError) as refused, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO office_user (id) VALUES (1)")
    assert "DETAIL" in str(refused.value)
    assert mask(str(refused.value)).endswith("DETAIL: …\n")
