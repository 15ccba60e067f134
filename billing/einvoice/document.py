"""An invoice or credit memo as EN 16931 sees it, whatever syntax it is written in.

BT and BG are the standard's numbers of business terms and groups. Amounts are in the document's currency.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

ZERO = Decimal(0)
INVOICE = "380"
CREDIT_NOTE = "381"
DEBIT_NOTE = "383"
PREPAYMENT = "386"


@dataclass(frozen=True)
class Place:
    """An address (BG-5, BG-8, BG-15); the country is an ISO 3166 code."""

    street: str = ""
    more: str = ""
    city: str = ""
    postal_code: str = ""
    region: str = ""
    country: str = ""


@dataclass(frozen=True)
class Person:
    """Whom to ask (BG-6, BG-9)."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Party:
    """The seller (BG-4) or the buyer (BG-7)."""

    name: str  # BT-27, BT-44
    place: Place = Place()
    number: str = ""  # BT-29, BT-46: who they are to the other side
    registration: str = ""  # BT-30, BT-47
    vat_id: str = ""  # BT-31, BT-48
    tax_number: str = ""  # BT-32: the seller's number where it is no VAT id
    electronic_address: str = ""  # BT-34, BT-49
    electronic_address_scheme: str = ""  # a code of the list EAS
    contact: Person = Person()


@dataclass(frozen=True)
class TaxCode:
    """A category of UNCL 5305 (BT-151, BT-118, BT-95) and its percentage, which category O has not."""

    category: str
    percent: Decimal | None


@dataclass(frozen=True)
class Allowance:
    """An amount taken off a line (BG-27) or the document (BG-20), or with `is_charge` added (BG-28, BG-21)."""

    amount: Decimal
    reason: str
    tax: TaxCode | None = None  # of the document's allowances and charges only
    is_charge: bool = False
    percent: Decimal | None = None
    base: Decimal | None = None


@dataclass(frozen=True)
class Line:
    """One line (BG-25)."""

    number: str  # BT-126
    name: str  # BT-153
    quantity: Decimal  # BT-129
    unit: str  # BT-130: a code of UN/ECE Recommendation 20
    price: Decimal  # BT-146, without tax, never below zero
    net: Decimal  # BT-131
    tax: TaxCode | None  # BG-30
    description: str = ""  # BT-154
    code: str = ""  # BT-155: the seller's number of the item
    price_per: Decimal | None = None  # BT-149: so many units cost the price
    allowances: tuple[Allowance, ...] = ()


@dataclass(frozen=True)
class TaxRow:
    """One row of the tax breakdown (BG-23)."""

    tax: TaxCode
    base: Decimal  # BT-116
    amount: Decimal  # BT-117
    reason: str = ""  # BT-120
    reason_code: str = ""  # BT-121


@dataclass(frozen=True)
class Account:
    """Where to pay to (BG-17)."""

    number: str  # BT-84: an IBAN, or another account number
    holder: str = ""  # BT-85
    bic: str = ""  # BT-86


@dataclass(frozen=True)
class Delivery:
    """When and where it was delivered (BG-13)."""

    on: date | None = None  # BT-72
    name: str = ""  # BT-70
    place: Place = Place()  # BG-15


@dataclass(frozen=True)
class Totals:
    """What it comes to (BG-22)."""

    lines: Decimal  # BT-106
    allowances: Decimal  # BT-107
    charges: Decimal  # BT-108
    net: Decimal  # BT-109
    tax: Decimal  # BT-110
    total: Decimal  # BT-112
    due: Decimal  # BT-115
    prepaid: Decimal = ZERO  # BT-113
    rounding: Decimal = ZERO  # BT-114


@dataclass(frozen=True)
class Document:
    """The whole document. A credit memo's amounts are positive, as its type code says which way they count."""

    number: str  # BT-1
    type_code: str  # BT-3
    dated_on: date | None  # BT-2; only a file that breaks BR-03 has none
    currency: str  # BT-5
    seller: Party
    buyer: Party
    lines: tuple[Line, ...]
    taxes: tuple[TaxRow, ...]
    totals: Totals
    due_on: date | None = None  # BT-9
    buyer_reference: str = ""  # BT-10: the Leitweg-ID of a German authority
    order_reference: str = ""  # BT-13
    preceding: str = ""  # BT-25: the invoice that is credited, or added to
    preceding_on: date | None = None  # BT-26
    notes: tuple[str, ...] = ()  # BT-22
    delivery: Delivery = Delivery()
    payment_means: str = ""  # BT-81: a code of UNCL 4461
    payment_reference: str = ""  # BT-83
    payment_terms: str = ""  # BT-20
    accounts: tuple[Account, ...] = ()
    allowances: tuple[Allowance, ...] = ()

    @property
    def is_credit_note(self) -> bool:
        return self.type_code == CREDIT_NOTE
