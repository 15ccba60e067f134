"""No card number stays in what people write."""

from datetime import date
from typing import Any

import pytest

from billing.operations.answer_dispute import said
from credit_control.operations.note_contact import NoteDetails, note_contact
from office.card_numbers import without_card_numbers
from office.models import TaskKind
from office.operations.comment import comment
from office.operations.do_task import finish_task
from office.operations.make_task import make_task
from office.reasons import optional_reason
from office.talk.topics import About
from tests import world

CARD = "4111 1111 1111 1111"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("Take it from 4111111111111111, please", "Take it from •••• 1111, please"),
        (f"({CARD})", "(•••• 1111)"),
        ("5555-5555-5555-4444 and 378282246310005", "•••• 4444 and •••• 0005"),
        ("6011 1111 1111 1117\n2223003122003222", "•••• 1117\n•••• 3222"),
    ],
)
def test_of_a_card_number_four_digits_stay(text: str, kept: str) -> None:
    assert without_card_numbers(text) == kept
    assert without_card_numbers(kept) == kept


@pytest.mark.parametrize(
    "text",
    [
        "",
        "4111 1111 1111 1112",  # its last digit is wrong
        "7111 1111 1111 1110",  # of no network
        "DE89 3704 0044 0532 0130 00, GB33BUKB20201555555555",
        "INV-2026-0001, +44 117 496 0124, 2026-03-02, 1,234,567.89",
        "12 4111 1111 1111 1111, 4111 1111 1111 1111 3",  # a part of a longer number
        "A4111111111111111",
    ],
)
def test_other_numbers_stay_as_they_are(text: str) -> None:
    assert without_card_numbers(text) == text


def test_what_people_write_is_kept_without_them() -> None:
    assert said(f"Charge {CARD}") == "Charge •••• 1111"
    assert optional_reason(f"Was paid by {CARD} ") == "Was paid by •••• 1111"


@pytest.mark.django_db
def test_notes_and_comments_are_kept_without_them(company: Any, customer: Any, clerk: Any) -> None:
    assert comment(company, About.of(customer), f"See {CARD}", by=clerk).body == "See •••• 1111"
    note = note_contact(customer.pk, NoteDetails(f"Gave {CARD}"), by=clerk)
    assert note.words == "Gave •••• 1111"
    invoice = world.issue(customer, "10.00", date(2026, 3, 2), note=f"By {CARD}", internal_note=f"Ours: {CARD}")
    assert (invoice.note, invoice.internal_note) == ("By •••• 1111", "Ours: •••• 1111")


@pytest.mark.django_db
def test_what_came_of_a_task_is_kept_without_them(company: Any, clerk: Any) -> None:
    task = make_task(company, TaskKind.OTHER, "Call them", key="one", by=clerk, note=f"They gave {CARD}")
    done = finish_task(task.pk, outcome=f"Charged {CARD}", by=clerk)
    assert (done.note, done.outcome) == ("They gave •••• 1111", "Charged •••• 1111")
