"""UN/CEFACT Cross Industry Invoices: Factur-X, ZUGFeRD 2 and XRechnung."""

from billing.einvoice.document import (
    Account,
    Allowance,
    Delivery,
    Document,
    Line,
    Party,
    Person,
    Place,
    TaxCode,
    TaxRow,
    Totals,
)
from billing.einvoice.markup import Element
from billing.einvoice.reading.values import attribute, day, decimal, every, first, text, texts


def read_cii(root: Element) -> Document:
    """The document of a CrossIndustryInvoice."""
    deal = first(root, "SupplyChainTradeTransaction")
    agreement = "ApplicableHeaderTradeAgreement"
    settlement = first(deal, "ApplicableHeaderTradeSettlement")
    preceding = "InvoiceReferencedDocument"
    means = "SpecifiedTradeSettlementPaymentMeans"
    return Document(
        number=text(root, "ExchangedDocument/ID"),
        type_code=text(root, "ExchangedDocument/TypeCode"),
        dated_on=day(root, "ExchangedDocument/IssueDateTime/DateTimeString"),
        due_on=day(settlement, "SpecifiedTradePaymentTerms/DueDateDateTime/DateTimeString"),
        currency=text(settlement, "InvoiceCurrencyCode"),
        buyer_reference=text(deal, f"{agreement}/BuyerReference"),
        order_reference=text(deal, f"{agreement}/BuyerOrderReferencedDocument/IssuerAssignedID"),
        preceding=text(settlement, f"{preceding}/IssuerAssignedID"),
        preceding_on=day(settlement, f"{preceding}/FormattedIssueDateTime/DateTimeString"),
        notes=texts(root, "ExchangedDocument/IncludedNote/Content"),
        seller=_party(deal, f"{agreement}/SellerTradeParty"),
        buyer=_party(deal, f"{agreement}/BuyerTradeParty"),
        delivery=Delivery(
            day(deal, "ApplicableHeaderTradeDelivery/ActualDeliverySupplyChainEvent/OccurrenceDateTime/DateTimeString")
        ),
        payment_means=text(settlement, f"{means}/TypeCode"),
        payment_reference=text(settlement, "PaymentReference"),
        payment_terms=text(settlement, "SpecifiedTradePaymentTerms/Description"),
        accounts=tuple(
            Account(number) for number in texts(settlement, f"{means}/PayeePartyCreditorFinancialAccount/IBANID")
        ),
        lines=tuple(_line(line) for line in every(deal, "IncludedSupplyChainTradeLineItem")),
        allowances=tuple(_allowance(each) for each in every(settlement, "SpecifiedTradeAllowanceCharge")),
        taxes=tuple(_tax_row(row) for row in every(settlement, "ApplicableTradeTax")),
        totals=_totals(settlement),
    )


def _totals(settlement: Element) -> Totals:
    totals = first(settlement, "SpecifiedTradeSettlementHeaderMonetarySummation")
    currency = text(settlement, "InvoiceCurrencyCode")
    taxes = every(totals, "TaxTotalAmount")
    own = [each for each in taxes if each.get("currencyID", currency) == currency]
    return Totals(
        lines=decimal(totals, "LineTotalAmount"),
        allowances=decimal(totals, "AllowanceTotalAmount"),
        charges=decimal(totals, "ChargeTotalAmount"),
        net=decimal(totals, "TaxBasisTotalAmount"),
        tax=decimal(own[0], ".") if own else decimal(totals, "none"),
        total=decimal(totals, "GrandTotalAmount"),
        due=decimal(totals, "DuePayableAmount"),
        prepaid=decimal(totals, "TotalPrepaidAmount"),
        rounding=decimal(totals, "RoundingAmount"),
    )


def _party(deal: Element, path: str) -> Party:
    party = first(deal, path)
    if party is None:
        return Party("")
    place, contact = "PostalTradeAddress", "DefinedTradeContact"
    registrations = [first(each, "ID") for each in every(party, "SpecifiedTaxRegistration")]
    numbers = {each.get("schemeID"): (each.text or "").strip() for each in registrations if each is not None}
    return Party(
        name=text(party, "Name"),
        place=Place(
            street=text(party, f"{place}/LineOne"),
            more=text(party, f"{place}/LineTwo"),
            city=text(party, f"{place}/CityName"),
            postal_code=text(party, f"{place}/PostcodeCode"),
            region=text(party, f"{place}/CountrySubDivisionName"),
            country=text(party, f"{place}/CountryID"),
        ),
        number=text(party, "ID") or text(party, "GlobalID"),
        registration=text(party, "SpecifiedLegalOrganization/ID"),
        vat_id=numbers.get("VA", ""),
        tax_number=numbers.get("FC", ""),
        electronic_address=text(party, "URIUniversalCommunication/URIID"),
        electronic_address_scheme=attribute(party, "URIUniversalCommunication/URIID", "schemeID"),
        contact=Person(
            text(party, f"{contact}/PersonName"),
            text(party, f"{contact}/TelephoneUniversalCommunication/CompleteNumber"),
            text(party, f"{contact}/EmailURIUniversalCommunication/URIID"),
        ),
    )


def _line(line: Element) -> Line:
    price, quantity = (
        "SpecifiedLineTradeAgreement/NetPriceProductTradePrice",
        "SpecifiedLineTradeDelivery/BilledQuantity",
    )
    settlement = first(line, "SpecifiedLineTradeSettlement")
    return Line(
        number=text(line, "AssociatedDocumentLineDocument/LineID"),
        name=text(line, "SpecifiedTradeProduct/Name"),
        description=text(line, "SpecifiedTradeProduct/Description"),
        quantity=decimal(line, quantity),
        unit=attribute(line, quantity, "unitCode"),
        price=decimal(line, f"{price}/ChargeAmount"),
        price_per=decimal(line, f"{price}/BasisQuantity", None),
        net=decimal(settlement, "SpecifiedTradeSettlementLineMonetarySummation/LineTotalAmount"),
        tax=_tax(first(settlement, "ApplicableTradeTax")),
        allowances=tuple(_allowance(each) for each in every(settlement, "SpecifiedTradeAllowanceCharge")),
    )


def _allowance(element: Element) -> Allowance:
    return Allowance(
        amount=decimal(element, "ActualAmount"),
        reason=text(element, "Reason"),
        tax=_tax(first(element, "CategoryTradeTax")),
        is_charge=text(element, "ChargeIndicator/Indicator") in ("true", "1"),
        percent=decimal(element, "CalculationPercent", None),
        base=decimal(element, "BasisAmount", None),
    )


def _tax(element: Element | None) -> TaxCode | None:
    return (
        None
        if element is None
        else TaxCode(text(element, "CategoryCode"), decimal(element, "RateApplicablePercent", None))
    )


def _tax_row(row: Element) -> TaxRow:
    return TaxRow(
        tax=_tax(row) or TaxCode("", None),
        base=decimal(row, "BasisAmount"),
        amount=decimal(row, "CalculatedAmount"),
        reason=text(row, "ExemptionReason"),
        reason_code=text(row, "ExemptionReasonCode"),
    )
