"""Rules that a law or custom gives, to begin with."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from credit_control.models import Reference

EURO_40 = [["0", "40"]]
UK_STEPS = [["0", "40"], ["1000", "70"], ["10000", "100"]]
USUAL_RULES: Mapping[str, Mapping[str, Any]] = {
    "eu": {
        "name": "EU, between businesses (directive 2011/7)",
        "reference": Reference.ECB,
        "percent": Decimal(8),
        "currency": "EUR",
        "fee_steps": EURO_40,
    },
    "uk": {
        "name": "UK, between businesses (statutory)",
        "reference": Reference.BOE,
        "percent": Decimal(8),
        "currency": "GBP",
        "fee_steps": UK_STEPS,
    },
    "de_business": {
        "name": "Germany, between businesses (section 288 BGB)",
        "reference": Reference.DE_BASE,
        "percent": Decimal(9),
        "currency": "EUR",
        "fee_steps": EURO_40,
    },
    "de_consumer": {
        "name": "Germany, consumers (section 288 BGB)",
        "reference": Reference.DE_BASE,
        "percent": Decimal(5),
        "currency": "EUR",
    },
}
