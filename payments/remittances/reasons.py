"""Why payers pay less, by code: from the words of an advice to one of a few reasons."""

from django.db import models


class ShortPay(models.TextChoices):
    """Why less is paid than was billed."""

    DISCOUNT = "discount", "Early-payment discount"
    PRICE = "price", "Price"
    QUANTITY = "quantity", "Quantity or short delivery"
    DAMAGED = "damaged", "Damaged or poor quality"
    RETURNED = "returned", "Returned goods"
    TAX = "tax", "Tax"
    FEE = "fee", "Bank fee or charge"
    DISPUTE = "dispute", "Disputed"
    OTHER = "other", "Something else"
    UNSAID = "unsaid", "Not said"


WORDS = (
    (ShortPay.DISCOUNT, ("discount", "skonto", "early", "escompte", "korting", "sconto", "prompt", "dpp")),
    (ShortPay.DAMAGED, ("damage", "defect", "quality", "beschädigt", "broken", "mangel", "endommag")),
    (ShortPay.RETURNED, ("return", "retour", "rücksend", "devol")),
    (ShortPay.QUANTITY, ("short", "quantity", "missing", "fehlmenge", "menge", "undelivered")),
    (ShortPay.PRICE, ("price", "preis", "prix", "rate", "overcharge")),
    (ShortPay.TAX, ("tax", "vat", "mwst", "withh", "tva", "btw", "gst")),
    (ShortPay.FEE, ("fee", "charge", "gebühr", "spesen", "frais", "kosten")),
    (ShortPay.DISPUTE, ("dispute", "claim", "complain", "reklamation", "litige")),
)
"""How words begin by which each is known; the first that stands in what was written."""


def coded(words: str) -> ShortPay:
    """The reason that words mean."""
    said = words.casefold().split()
    if not said:
        return ShortPay.UNSAID
    return next((reason for reason, known in WORDS if any(word.startswith(known) for word in said)), ShortPay.OTHER)
