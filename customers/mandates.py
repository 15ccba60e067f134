"""Whether mandates still hold on a day."""

from datetime import date
from typing import TypeAlias, TypedDict

from django.db.models import Case, CharField, F, Q, QuerySet, Value, When
from django.db.models.functions import Coalesce
from django_stubs_ext import WithAnnotations

from customers.models import GivenStatus, Mandate, MandateScheme, MandateUse
from ledger.calendar import add_months

LAPSES_AFTER = 36
"""Months without a collection after which a SEPA mandate may be used no more (EPC016-06 and EPC222-07, 4.1)."""
STATES = (
    ("live", "Live"),
    ("waiting", "Waiting"),
    ("declined", "Declined"),
    ("revoked", "Revoked"),
    ("lapsed", "Lapsed"),
    ("used", "Used"),
)
WORDS = {
    "waiting": "the mandate was given online, and nobody here has approved it yet",
    "declined": "the mandate was given online, and was declined",
    "revoked": "the mandate was revoked",
    "lapsed": f"the mandate lapsed: nothing was collected under it for {LAPSES_AFTER} months",
    "used": "the mandate was for one debit, which was made",
}


class MandateState(TypedDict):
    state: str


MandateWithState: TypeAlias = "WithAnnotations[Mandate, MandateState]"


def with_state(mandates: QuerySet[Mandate], on: date) -> QuerySet[MandateWithState]:
    """Add `state`: live, revoked, lapsed, or used up, as of a day; given online, waiting or declined, too."""
    return mandates.alias(latest=Coalesce("last_used_on", F("signed_on"))).annotate(
        state=Case(
            When(revoked_on__lte=on, then=Value("revoked")),
            When(given__status=GivenStatus.DECLINED, then=Value("declined")),
            When(given__status=GivenStatus.OPEN, then=Value("waiting")),
            When(Q(use=MandateUse.ONE_OFF, last_used_on__isnull=False), then=Value("used")),
            When(~Q(scheme=MandateScheme.ACH) & Q(latest__lt=add_months(on, -LAPSES_AFTER)), then=Value("lapsed")),
            default=Value("live"),
            output_field=CharField(),
        )
    )
