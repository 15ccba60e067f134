"""UBL 2.1 orders and despatch advices, Peppol BIS 3 among them: what such a file says, whoever is meant by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from billing.einvoice.markup import Element
from billing.einvoice.reading.values import attribute, day, decimal, every, first, text, texts
from ledger.refusals import Refused
from office.reading.xml import parse_xml

ORDER, DESPATCH = "Order", "DespatchAdvice"
ONE = Decimal(1)


@dataclass(frozen=True)
class SaidParty:
    """Who a file names: by endpoint, tax ids and names, as far as it says them."""

    endpoint: str = ""
    numbers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def __str__(self) -> str:
        return " ".join(part for part in (*self.names[:1], *self.numbers[:1], self.endpoint) if part)


@dataclass(frozen=True)
class SaidLine:
    """A line as the file says it. `ordered` is the number of the order's line that it ships."""

    number: str
    quantity: Decimal
    unit: str
    name: str
    seller_code: str = ""
    buyer_code: str = ""
    unit_price: Decimal | None = None
    wanted_on: date | None = None
    ordered: str = ""


@dataclass(frozen=True)
class SaidOrder:
    """An Order or a DespatchAdvice. `order` is the order's number as the buyer wrote it."""

    kind: str
    number: str
    dated_on: date | None
    customer: SaidParty
    lines: Sequence[SaidLine]
    currency: str = ""
    note: str = ""
    order: str = ""
    valid_until: date | None = None
    delivered_on: date | None = None
    carrier: str = ""
    tracking_number: str = ""


def said_by(content: bytes) -> SaidOrder:
    """What an uploaded file says. Raises Refused for what is neither an Order nor a DespatchAdvice of UBL 2."""
    root = parse_xml(content, what="order", code="order")
    kind = str(root.tag).rpartition("}")[2]
    if kind not in (ORDER, DESPATCH) or "oasis:names:specification:ubl" not in str(root.tag):
        raise Refused(
            f"The file is no UBL order and no despatch advice, but {kind!r}. Ask for one of these.", code="no_ubl_order"
        )
    said = _order(root) if kind == ORDER else _despatch(root)
    if not said.number or not said.lines:
        raise Refused("The file has no number, or no line.", code="order_without_number")
    return said


def _order(root: Element) -> SaidOrder:
    wanted = _wanted(root)
    return SaidOrder(
        kind=ORDER,
        number=text(root, "ID"),
        dated_on=day(root, "IssueDate"),
        customer=_party(root, "BuyerCustomerParty/Party"),
        lines=[_order_line(line, wanted) for line in every(root, "OrderLine/LineItem")],
        currency=text(root, "DocumentCurrencyCode"),
        note="\n".join(texts(root, "Note")),
        order=text(root, "ID"),
        valid_until=day(root, "ValidityPeriod/EndDate"),
    )


def _order_line(line: Element, wanted: date | None) -> SaidLine:
    """A price may be for several: 5.00 per 100."""
    price, per = decimal(line, "Price/PriceAmount", None), decimal(line, "Price/BaseQuantity", None)
    unit_price = None if price is None else price / (per or ONE)
    return _line(line, "Quantity", unit_price, _wanted(line) or wanted)


def _wanted(element: Element) -> date | None:
    return day(element, "Delivery/RequestedDeliveryPeriod/EndDate") or day(element, "Delivery/LatestDeliveryDate")


def _despatch(root: Element) -> SaidOrder:
    shipment = first(root, "Shipment")
    carrier = tracking = ""
    delivered = None
    if shipment is not None:
        carrier = text(shipment, "ShipmentStage/CarrierParty/PartyName/Name") or text(
            shipment, "Delivery/CarrierParty/PartyName/Name"
        )
        tracking = text(shipment, "Delivery/TrackingID") or text(shipment, "Consignment/ID")
        delivered = day(shipment, "Delivery/ActualDeliveryDate")
    despatched = day(shipment, "Delivery/Despatch/ActualDespatchDate") if shipment is not None else None
    return SaidOrder(
        kind=DESPATCH,
        number=text(root, "ID"),
        dated_on=despatched or day(root, "IssueDate"),
        customer=_party(root, "DeliveryCustomerParty/Party", "BuyerCustomerParty/Party"),
        lines=[
            _line(line, "DeliveredQuantity", ordered=text(line, "OrderLineReference/LineID"))
            for line in every(root, "DespatchLine")
        ],
        note="\n".join(texts(root, "Note")),
        order=text(root, "OrderReference/ID"),
        delivered_on=delivered,
        carrier=carrier,
        tracking_number=tracking,
    )


def _line(
    line: Element, quantity: str, unit_price: Decimal | None = None, wanted_on: date | None = None, ordered: str = ""
) -> SaidLine:
    return SaidLine(
        number=text(line, "ID"),
        quantity=decimal(line, quantity),
        unit=attribute(line, quantity, "unitCode"),
        name=text(line, "Item/Description") or text(line, "Item/Name"),
        seller_code=text(line, "Item/SellersItemIdentification/ID"),
        buyer_code=text(line, "Item/BuyersItemIdentification/ID"),
        unit_price=unit_price,
        wanted_on=wanted_on,
        ordered=ordered,
    )


def _party(root: Element, *paths: str) -> SaidParty:
    """The parties at these paths as one: the first says most, the others add what it leaves out."""
    numbers, names, endpoint = [], [], ""
    for path in paths:
        party = first(root, path)
        if party is None:
            continue
        endpoint = endpoint or text(party, "EndpointID")
        numbers += [*texts(party, "PartyTaxScheme/CompanyID"), *texts(party, "PartyLegalEntity/CompanyID")]
        numbers += texts(party, "PartyIdentification/ID")
        names += [*texts(party, "PartyLegalEntity/RegistrationName"), *texts(party, "PartyName/Name")]
    return SaidParty(endpoint, tuple(dict.fromkeys(numbers)), tuple(dict.fromkeys(names)))
