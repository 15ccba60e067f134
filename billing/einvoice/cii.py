"""A document as UN/CEFACT Cross Industry Invoice: Factur-X, ZUGFeRD and XRechnung, in the order of the schema."""

import re
from datetime import date
from decimal import Decimal

from billing.einvoice.document import Account, Allowance, Document, Line, Party, Place, TaxCode, TaxRow
from billing.einvoice.formats import Format
from billing.einvoice.markup import Element, amount, as_bytes, maker, number
from ledger.present import present

UNECE = "urn:un:unece:uncefact:data:standard:"
NAMESPACES = {
    "rsm": f"{UNECE}CrossIndustryInvoice:100",
    "ram": f"{UNECE}ReusableAggregateBusinessInformationEntity:100",
    "qdt": f"{UNECE}QualifiedDataType:100",
    "udt": f"{UNECE}UnqualifiedDataType:100",
}
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")
make = maker(NAMESPACES)


def write_cii(document: Document, form: Format) -> bytes:
    """The document as a CrossIndustryInvoice."""
    root = make(
        "rsm:CrossIndustryInvoice",
        make(
            "rsm:ExchangedDocumentContext",
            make("ram:BusinessProcessSpecifiedDocumentContextParameter", make("ram:ID", form.process)),
            make("ram:GuidelineSpecifiedDocumentContextParameter", make("ram:ID", form.specification)),
        ),
        make(
            "rsm:ExchangedDocument",
            make("ram:ID", document.number),
            make("ram:TypeCode", document.type_code),
            make("ram:IssueDateTime", _day("udt", present(document.dated_on))),
            [make("ram:IncludedNote", make("ram:Content", note)) for note in document.notes],
        ),
        make(
            "rsm:SupplyChainTradeTransaction",
            [_line(line) for line in document.lines],
            _agreement(document),
            _delivery(document),
            _settlement(document),
        ),
    )
    return as_bytes(root)


def _day(prefix: str, day: date | None) -> Element:
    return make(f"{prefix}:DateTimeString", day.strftime("%Y%m%d"), format="102") if day else None


def _agreement(document: Document) -> Element:
    return make(
        "ram:ApplicableHeaderTradeAgreement",
        make("ram:BuyerReference", document.buyer_reference),
        make("ram:SellerTradeParty", _party(document.seller)),
        make("ram:BuyerTradeParty", _party(document.buyer)),
        make("ram:BuyerOrderReferencedDocument", make("ram:IssuerAssignedID", document.order_reference)),
    )


def _party(party: Party) -> list[Element]:
    address, scheme = party.electronic_address, party.electronic_address_scheme
    return [
        make("ram:ID", party.number),
        make("ram:Name", party.name),
        make("ram:SpecifiedLegalOrganization", make("ram:ID", party.registration)),
        make(
            "ram:DefinedTradeContact",
            make("ram:PersonName", party.contact.name),
            make("ram:TelephoneUniversalCommunication", make("ram:CompleteNumber", party.contact.phone)),
            make("ram:EmailURIUniversalCommunication", make("ram:URIID", party.contact.email)),
        ),
        make("ram:PostalTradeAddress", _place(party.place)),
        make("ram:URIUniversalCommunication", make("ram:URIID", address, schemeID=scheme)),
        make("ram:SpecifiedTaxRegistration", make("ram:ID", party.vat_id, schemeID="VA")),
        make("ram:SpecifiedTaxRegistration", make("ram:ID", party.tax_number, schemeID="FC")),
    ]


def _place(place: Place) -> list[Element]:
    return [
        make("ram:PostcodeCode", place.postal_code),
        make("ram:LineOne", place.street),
        make("ram:LineTwo", place.more),
        make("ram:CityName", place.city),
        make("ram:CountryID", place.country),
        make("ram:CountrySubDivisionName", place.region),
    ]


def _delivery(document: Document) -> Element:
    delivery = document.delivery
    return make(
        "ram:ApplicableHeaderTradeDelivery",
        make(
            "ram:ShipToTradeParty",
            make("ram:Name", delivery.name),
            make("ram:PostalTradeAddress", _place(delivery.place)),
        ),
        make("ram:ActualDeliverySupplyChainEvent", make("ram:OccurrenceDateTime", _day("udt", delivery.on))),
    )


def _settlement(document: Document) -> Element:
    return make(
        "ram:ApplicableHeaderTradeSettlement",
        make("ram:PaymentReference", document.payment_reference),
        make("ram:InvoiceCurrencyCode", document.currency),
        [_payment(document, account) for account in document.accounts],
        [_tax_row(row) for row in document.taxes],
        [_allowance(each) for each in document.allowances],
        make(
            "ram:SpecifiedTradePaymentTerms",
            make("ram:Description", document.payment_terms),
            make("ram:DueDateDateTime", _day("udt", document.due_on)),
        ),
        _totals(document),
        _preceding(document),
    )


def _preceding(document: Document) -> Element:
    if not document.preceding:
        return None
    return make(
        "ram:InvoiceReferencedDocument",
        make("ram:IssuerAssignedID", document.preceding),
        make("ram:FormattedIssueDateTime", _day("qdt", document.preceding_on)),
    )


def _payment(document: Document, account: Account) -> Element:
    is_iban = bool(IBAN.fullmatch(account.number))
    return make(
        "ram:SpecifiedTradeSettlementPaymentMeans",
        make("ram:TypeCode", document.payment_means),
        make(
            "ram:PayeePartyCreditorFinancialAccount",
            make("ram:IBANID", account.number if is_iban else ""),
            make("ram:AccountName", account.holder),
            make("ram:ProprietaryID", "" if is_iban else account.number),
        ),
        make("ram:PayeeSpecifiedCreditorFinancialInstitution", make("ram:BICID", account.bic)),
    )


def _tax_row(row: TaxRow) -> Element:
    return make(
        "ram:ApplicableTradeTax",
        make("ram:CalculatedAmount", amount(row.amount)),
        make("ram:TypeCode", "VAT"),
        make("ram:ExemptionReason", row.reason),
        make("ram:BasisAmount", amount(row.base)),
        make("ram:CategoryCode", row.tax.category),
        make("ram:ExemptionReasonCode", row.reason_code),
        make("ram:RateApplicablePercent", _percent(row.tax.percent)),
    )


def _tax(name: str, tax: TaxCode | None) -> Element:
    if tax is None:
        return None
    return make(
        name,
        make("ram:TypeCode", "VAT"),
        make("ram:CategoryCode", tax.category),
        make("ram:RateApplicablePercent", _percent(tax.percent)),
    )


def _percent(percent: Decimal | None) -> str:
    return "" if percent is None else number(percent)


def _allowance(allowance: Allowance) -> Element:
    return make(
        "ram:SpecifiedTradeAllowanceCharge",
        make("ram:ChargeIndicator", make("udt:Indicator", "true" if allowance.is_charge else "false")),
        make("ram:CalculationPercent", _percent(allowance.percent)),
        make("ram:BasisAmount", "" if allowance.base is None else amount(allowance.base)),
        make("ram:ActualAmount", amount(allowance.amount)),
        make("ram:Reason", allowance.reason),
        _tax("ram:CategoryTradeTax", allowance.tax),
    )


def _totals(document: Document) -> Element:
    totals = document.totals
    return make(
        "ram:SpecifiedTradeSettlementHeaderMonetarySummation",
        make("ram:LineTotalAmount", amount(totals.lines)),
        make("ram:ChargeTotalAmount", amount(totals.charges)),
        make("ram:AllowanceTotalAmount", amount(totals.allowances)),
        make("ram:TaxBasisTotalAmount", amount(totals.net)),
        make("ram:TaxTotalAmount", amount(totals.tax), currencyID=document.currency),
        make("ram:RoundingAmount", amount(totals.rounding)) if totals.rounding else None,
        make("ram:GrandTotalAmount", amount(totals.total)),
        make("ram:TotalPrepaidAmount", amount(totals.prepaid)) if totals.prepaid else None,
        make("ram:DuePayableAmount", amount(totals.due)),
    )


def _line(line: Line) -> Element:
    return make(
        "ram:IncludedSupplyChainTradeLineItem",
        make("ram:AssociatedDocumentLineDocument", make("ram:LineID", line.number)),
        make(
            "ram:SpecifiedTradeProduct",
            make("ram:SellerAssignedID", line.code),
            make("ram:Name", line.name),
            make("ram:Description", line.description),
        ),
        make(
            "ram:SpecifiedLineTradeAgreement",
            make(
                "ram:NetPriceProductTradePrice",
                make("ram:ChargeAmount", number(line.price)),
                make("ram:BasisQuantity", _percent(line.price_per), unitCode=line.unit),
            ),
        ),
        make(
            "ram:SpecifiedLineTradeDelivery",
            make("ram:BilledQuantity", number(line.quantity), unitCode=line.unit),
        ),
        make(
            "ram:SpecifiedLineTradeSettlement",
            _tax("ram:ApplicableTradeTax", line.tax),
            [_allowance(each) for each in line.allowances],
            make(
                "ram:SpecifiedTradeSettlementLineMonetarySummation",
                make("ram:LineTotalAmount", amount(line.net)),
            ),
        ),
    )
