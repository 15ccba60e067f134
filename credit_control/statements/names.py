"""How files of statements are called."""

from credit_control.statements.figures import Figures
from customers.models import Customer


def file_name(customer: Customer, figures: Figures) -> str:
    """A name that every system takes: `statement-C0001-2026-02-28`."""
    number = "".join(letter if letter.isalnum() or letter in "-_." else "-" for letter in customer.number)
    return f"statement-{number}-{figures.on}"
