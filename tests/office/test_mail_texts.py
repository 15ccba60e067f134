"""A company's own words for its mails: a closed list of variables, versions that are kept, and nothing that runs."""

from collections.abc import Iterator
from datetime import date
from email import message_from_bytes
from email.policy import SMTP
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.utils.html import format_html

from billing.operations.send_invoice import send_invoice
from ledger.refusals import Refused
from office.languages import LANGUAGES
from office.mail.handing_over import hand_over
from office.mail.texts import TEXTS, Text, TextKind, default_text, register_text, words_for
from office.mail.values import values_for
from office.mail.variables import Look, Piece, Variable
from office.models import AuditRecord, Company, MailText, OutgoingMail
from office.operations.edit_mail_text import checked_text, edit_mail_text, restore_mail_text, try_mail_text
from tests.world import issue, make_company, make_customer, make_user

pytestmark = pytest.mark.django_db

DAY = date(2026, 3, 1)
KIND = TextKind(
    "test",
    "Test",
    (
        Variable("name", "Who"),
        Variable("amount", "What", Look.STRONG),
        Variable("link", "Where", Look.LINK),
        Variable("table", "Laid out", Look.PIECE),
    ),
    default=lambda company, stage: Text("Hello {name}", "Dear {name},\n\nUsual."),
    sample=lambda company, stage: VALUES,
    stages=lambda company: {"": "Usual", "final": "Last"},
    required=frozenset({"amount"}),
)
VALUES = {
    "name": "Ada",
    "amount": "€1",
    "link": "https://due.example/",
    "table": Piece("a: b", format_html("<i>{}</i>", "a&b")),
}
OURS = Text("To {name}", "Pay {amount}.")


@pytest.fixture(autouse=True)
def kind() -> Iterator[None]:
    register_text(KIND)
    yield
    del TEXTS["test"]


def edit(company: Company, by: Any, text: Text = OURS, version: int = 0, **place: str) -> MailText:
    where = {"kind": "test", "stage": "", "language": "en"} | place
    return edit_mail_text(company, **where, text=text, version=version, by=by)


def words(company: Company, text: Text, **values: Any) -> Any:
    MailText.objects.create(company=company, kind="test", language="en", version=1, **vars(text))
    return words_for("test", "", "en-gb", company, VALUES | values)


def code_of(act: Any) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


# How a text is filled in


def test_a_text_is_filled_in_as_plain_text_and_as_html(company):
    body = "Dear {name},\n\nPay {amount}\nat {link}.\n\n{table}"
    said = words(company, Text("For {name}: {amount}", body))
    assert said.subject == "For Ada: €1"
    assert said.text == "Dear Ada,\n\nPay €1\nat https://due.example/.\n\na: b\n"
    assert [each.html for each in said.paragraphs] == [
        "Dear Ada,",
        'Pay <strong>€1</strong><br>at <a href="https://due.example/">https://due.example/</a>.',
        "<i>a&amp;b</i>",
    ]
    assert '<html lang="en-gb" dir="ltr">' in said.html


def test_what_somebody_typed_stays_text(company):
    said = words(
        company, Text("{name}", "<b>{name}</b>\n\n{link}"), name='<img src=x onerror="a">', link="javascript:a"
    )
    assert [each.html for each in said.paragraphs] == [
        "&lt;b&gt;&lt;img src=x onerror=&quot;a&quot;&gt;&lt;/b&gt;",
        "javascript:a",
    ]
    assert said.text == '<b><img src=x onerror="a"></b>\n\njavascript:a\n'


def test_a_value_that_looks_like_a_variable_is_not_filled_in_again(company):
    said = words(company, Text("{name}", "{name} owes {amount}"), name="{amount}{x}")
    assert (said.subject, said.text) == ("{amount}{x}", "{amount}{x} owes €1\n")


def test_what_says_nothing_leaves_no_gap(company):
    said = words(company, Text("a {name} b", "One {name} two.\n\n{link}\n\n{table}\n\n{name}\nThree"), name="", link="")
    assert (said.subject, said.text) == ("a b", "One two.\n\na: b\n\nThree\n")


def test_small_print_stands_below(company):
    said = words_for("test", "", "en", company, VALUES, "For you alone.")
    assert said.text == "Dear Ada,\n\nUsual.\n\n--\nFor you alone.\n"
    assert "For you alone." in said.html


# What is refused


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (Text("a", "Pay {amount} {rest}"), "unknown_variable"),
        (Text("{rest}", "Pay {amount}"), "unknown_variable"),
        (Text("a", "Pay {amount} {}"), "unknown_variable"),
        (Text("a", "Pay {amount} { name }"), "unknown_variable"),
        (Text("a", "Pay {{amount}}"), "unknown_variable"),
        (Text("a", "Pay {amount} {% include 'x' %}"), "unknown_variable"),
        (Text("a", "Pay {amount.__class__}"), "unknown_variable"),
        (Text("a", "Pay {amount!r}"), "unknown_variable"),
        (Text("a", "Pay {amount}: {table}"), "piece_in_sentence"),
        (Text("{table}", "Pay {amount}"), "piece_in_sentence"),
        (Text("a", "Pay"), "variable_missing"),
        (Text(" ", "Pay {amount}"), "text_missing"),
        (Text("a", " \n "), "text_missing"),
        (Text("a" * 201, "Pay {amount}"), "text_too_long"),
        (Text("a", "{amount}" + "a" * 10_000), "text_too_long"),
    ],
)
def test_a_text_that_cannot_be_one_is_refused_and_not_kept(company, manager, text, code):
    assert code_of(lambda: edit(company, manager, text)) == code
    assert code_of(lambda: try_mail_text(company, "test", "", "en", text, None, by=manager)) == code
    assert not MailText.objects.exists()


def test_the_refusal_lists_what_there_is(company, manager):
    with pytest.raises(Refused, match=r"\{rest\} stands for nothing here. There are \{name\}, \{amount\}, \{link\}"):
        edit(company, manager, Text("a", "{rest}"))


@pytest.mark.parametrize(
    ("place", "code"),
    [
        ({"kind": "nothing"}, "unknown_mail_text"),
        ({"stage": "7"}, "unknown_mail_text"),
        ({"language": "xx"}, "unknown_language"),
    ],
)
def test_a_text_of_nothing_is_refused(company, manager, place, code):
    assert code_of(lambda: edit(company, manager, **place)) == code


# Versions


def test_the_newest_version_is_in_force_and_each_is_kept(company, manager):
    edit(company, manager)
    edit(company, manager, Text("Now {name}", "Pay {amount}!"), version=1)
    assert words_for("test", "", "en-us", company, VALUES).text == "Pay €1!\n"
    assert list(MailText.objects.order_by("pk").values_list("version", "body")) == [
        (1, "Pay {amount}."),
        (2, "Pay {amount}!"),
    ]
    [first, second] = AuditRecord.objects.filter(action="edit_mail_text").order_by("pk")
    assert (first.before, second.before["body"], second.after["body"]) == (
        {"subject": "", "body": ""},
        "Pay {amount}.",
        "Pay {amount}!",
    )


def test_the_built_in_words_can_be_used_again(company, manager):
    edit(company, manager)
    restore_mail_text(company, "test", "", "en", version=1, by=manager)
    assert words_for("test", "", "en", company, VALUES).text == "Dear Ada,\n\nUsual.\n"
    assert code_of(lambda: restore_mail_text(company, "test", "", "en", version=2, by=manager)) == "nothing_changed"
    edit(company, manager, version=2)
    assert words_for("test", "", "en", company, VALUES).text == "Pay €1.\n"


def test_what_a_colleague_changed_is_not_overwritten_unseen(company, manager):
    edit(company, manager)
    assert code_of(lambda: edit(company, manager, Text("x", "{amount}"), version=0)) == "stale_version"
    assert code_of(lambda: restore_mail_text(company, "test", "", "en", version=0, by=manager)) == "stale_version"
    assert code_of(lambda: edit(company, manager, version=1)) == "nothing_changed"
    assert MailText.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_save_at_once_make_one_version(in_parallel):
    company = make_company()
    manager = make_user(company, "manager")
    results = in_parallel([lambda n=n: edit(company, manager, Text(f"{n}", "{amount}")) for n in range(6)])
    assert [each.code for each in results if isinstance(each, Refused)] == ["stale_version"] * 5
    assert MailText.objects.count() == 1


def test_kinds_stages_languages_and_companies_are_kept_apart(company, manager):
    edit(company, manager)
    other = make_company(legal_name="Other Ltd")
    for place in (("final", "en", company), ("", "de", company), ("", "en", other)):
        assert words_for("test", *place, VALUES).text == "Dear Ada,\n\nUsual.\n"


def test_a_version_is_written_once(company, manager):
    row = edit(company, manager)
    with pytest.raises(DatabaseError), transaction.atomic():
        MailText.objects.filter(pk=row.pk).update(body="Other")
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()
    with pytest.raises(DatabaseError, match="mail_text_version_once"), transaction.atomic():
        MailText.objects.create(company=company, kind="test", language="en", version=1, subject="a", body="b")
    with pytest.raises(DatabaseError, match="mail_text_has_both_or_neither"), transaction.atomic():
        MailText.objects.create(company=company, kind="test", language="en", version=2, subject="a")


def test_a_text_whose_variables_are_gone_gives_way_to_the_built_in_one(company):
    assert words(company, Text("a", "{gone}")).text == "Dear Ada,\n\nUsual.\n"


# Trials


@pytest.mark.django_db(transaction=True)
def test_a_trial_goes_to_who_wrote_it_and_is_in_no_customers_history_nor_in_force(relay):
    company = make_company()
    manager = make_user(company, "manager")
    mail = try_mail_text(company, "test", "", "en", OURS, None, by=manager)
    hand_over(mail.pk)
    [taken] = relay.taken
    assert (taken["To"], taken["Subject"]) == (f"Manager <{manager.email}>", "Trial: To Ada")
    assert taken.get_body(("plain",)).get_content().splitlines() == ["Pay €1."]
    kept = OutgoingMail.objects.get()
    assert (kept.customer_id, kept.contact_id, kept.staff) == (None, None, manager)
    assert words_for("test", "", "en", company, VALUES).text == "Dear Ada,\n\nUsual.\n"
    edit(company, manager)  # a trial takes no version


@pytest.mark.django_db(transaction=True)
def test_a_trial_to_somebody_who_left_is_not_sent(relay):
    company = make_company()
    manager = make_user(company, "manager")
    mail = try_mail_text(company, "test", "", "en", OURS, None, by=manager)
    type(manager).objects.update(is_active=False)
    hand_over(mail.pk)
    assert (OutgoingMail.objects.get().status, relay.taken) == ("cancelled", [])


# The kinds there are


def places() -> list[tuple[str, str]]:
    return [(name, stage) for name, kind in TEXTS.items() for stage in kind.stages(Company())]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_built_in_text_can_be_edited_as_it_stands_and_be_filled_in(company, manager, language):
    for name, stage in places():
        kind = TEXTS[name]
        text = default_text(kind, stage, language, company)
        if name != "test":
            assert checked_text(text, kind) == text
        said = words_for(name, stage, language, company, values_for(kind, stage, language, company, manager))
        assert said.subject
        assert "{" not in said.text + said.subject
        assert f'lang="{language}"' in said.html


def test_every_variable_has_a_sample_and_a_meaning(company):
    for name, stage in places():
        kind = TEXTS[name]
        assert set(kind.sample(company, stage)) == {each.name for each in kind.variables}, name
        assert all(each.meaning for each in kind.variables)


@pytest.mark.django_db(transaction=True)
def test_an_invoice_is_mailed_in_the_companys_own_words():
    company = make_company()
    manager = make_user(company, "manager")
    text = Text("{document}: {amount}", "Hi {name}!\n\n{button}\n\nThanks, {company}")
    edit_mail_text(company, "invoice", "", "en", text, version=0, by=manager)
    [mail] = send_invoice(issue(make_customer(company), "120.00", company.today()).pk, by=None)
    hand_over(mail.pk)
    message: Any = message_from_bytes(bytes(OutgoingMail.objects.get().kept_message), policy=SMTP)
    plain = message.get_body(("plain",)).get_content()
    assert message["Subject"].endswith(": €120.00")
    assert plain.startswith("Hi Eva Brandt!")
    assert "http://localhost:8000/p/" in plain
    assert "The link is meant for you alone" in plain


def test_a_preview_of_a_customer_shows_their_latest_paper_and_mints_no_link(company, manager):
    customer = make_customer(company)
    invoice = issue(customer, "120.00", company.today())
    kind = TEXTS["invoice"]
    values = values_for(kind, "", "en", company, manager, customer.pk)
    assert (values["number"], values["name"]) == (invoice.number, "Eva Brandt")
    assert values_for(kind, "overdue", "en", company, manager, customer.pk)["name"] == "Ada Example"
    stranger = make_user(make_company(legal_name="Other Ltd"), "manager")
    assert values_for(kind, "", "en", company, stranger, customer.pk)["name"] == "Ada Example"
