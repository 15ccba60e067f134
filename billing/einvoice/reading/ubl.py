"""UBL 2.1 invoices and credit notes."""

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


def read_ubl(root: Element) -> Document:
    """The document of an Invoice or CreditNote."""
    is_credit = root.tag.endswith("}CreditNote")
    kind = "CreditNote" if is_credit else "Invoice"
    totals = first(root, "LegalMonetaryTotal")
    currency = text(root, "DocumentCurrencyCode")
    tax = _tax_total(root, currency)
    return Document(
        number=text(root, "ID"),
        type_code=text(root, f"{kind}TypeCode"),
        dated_on=day(root, "IssueDate"),
        due_on=day(root, "DueDate") or day(root, "PaymentMeans/PaymentDueDate"),
        currency=currency,
        buyer_reference=text(root, "BuyerReference"),
        order_reference=text(root, "OrderReference/ID"),
        preceding=text(root, "BillingReference/InvoiceDocumentReference/ID"),
        preceding_on=day(root, "BillingReference/InvoiceDocumentReference/IssueDate"),
        notes=texts(root, "Note"),
        seller=_party(root, "AccountingSupplierParty/Party"),
        buyer=_party(root, "AccountingCustomerParty/Party"),
        delivery=Delivery(day(root, "Delivery/ActualDeliveryDate")),
        payment_means=text(root, "PaymentMeans/PaymentMeansCode"),
        payment_reference=text(root, "PaymentMeans/PaymentID"),
        payment_terms=text(root, "PaymentTerms/Note"),
        accounts=tuple(Account(number) for number in texts(root, "PaymentMeans/PayeeFinancialAccount/ID")),
        lines=tuple(_line(line, is_credit) for line in every(root, f"{kind}Line")),
        allowances=tuple(_allowance(each) for each in every(root, "AllowanceCharge")),
        taxes=tuple(_tax_row(row) for row in every(tax, "TaxSubtotal")),
        totals=Totals(
            lines=decimal(totals, "LineExtensionAmount"),
            allowances=decimal(totals, "AllowanceTotalAmount"),
            charges=decimal(totals, "ChargeTotalAmount"),
            net=decimal(totals, "TaxExclusiveAmount"),
            tax=decimal(tax, "TaxAmount") if tax is not None else decimal(root, "none"),
            total=decimal(totals, "TaxInclusiveAmount"),
            due=decimal(totals, "PayableAmount"),
            prepaid=decimal(totals, "PrepaidAmount"),
            rounding=decimal(totals, "PayableRoundingAmount"),
        ),
    )


def _tax_total(root: Element, currency: str) -> Element | None:
    """The total in the document's own currency; a second one may stand beside it, in the seller's."""
    found = every(root, "TaxTotal")
    own = [each for each in found if attribute(each, "TaxAmount", "currencyID") == currency]
    return next(iter(own or found), None)


def _party(root: Element, path: str) -> Party:
    party = first(root, path)
    if party is None:
        return Party("")
    vat_ids = [
        text(each, "CompanyID") for each in every(party, "PartyTaxScheme") if text(each, "TaxScheme/ID") == "VAT"
    ]
    return Party(
        name=text(party, "PartyLegalEntity/RegistrationName") or text(party, "PartyName/Name"),
        place=Place(
            street=text(party, "PostalAddress/StreetName"),
            more=text(party, "PostalAddress/AdditionalStreetName"),
            city=text(party, "PostalAddress/CityName"),
            postal_code=text(party, "PostalAddress/PostalZone"),
            region=text(party, "PostalAddress/CountrySubentity"),
            country=text(party, "PostalAddress/Country/IdentificationCode"),
        ),
        number=text(party, "PartyIdentification/ID"),
        registration=text(party, "PartyLegalEntity/CompanyID"),
        vat_id=next(iter(vat_ids), ""),
        electronic_address=text(party, "EndpointID"),
        electronic_address_scheme=attribute(party, "EndpointID", "schemeID"),
        contact=Person(
            text(party, "Contact/Name"), text(party, "Contact/Telephone"), text(party, "Contact/ElectronicMail")
        ),
    )


def _line(line: Element, is_credit: bool) -> Line:
    quantity = "CreditedQuantity" if is_credit else "InvoicedQuantity"
    return Line(
        number=text(line, "ID"),
        name=text(line, "Item/Name"),
        description="\n".join(texts(line, "Item/Description")),
        quantity=decimal(line, quantity),
        unit=attribute(line, quantity, "unitCode"),
        price=decimal(line, "Price/PriceAmount"),
        price_per=decimal(line, "Price/BaseQuantity", None),
        net=decimal(line, "LineExtensionAmount"),
        tax=_tax(first(line, "Item/ClassifiedTaxCategory")),
        allowances=tuple(_allowance(each) for each in every(line, "AllowanceCharge")),
    )


def _allowance(element: Element) -> Allowance:
    return Allowance(
        amount=decimal(element, "Amount"),
        reason=text(element, "AllowanceChargeReason"),
        tax=_tax(first(element, "TaxCategory")),
        is_charge=text(element, "ChargeIndicator") in ("true", "1"),
        percent=decimal(element, "MultiplierFactorNumeric", None),
        base=decimal(element, "BaseAmount", None),
    )


def _tax(element: Element | None) -> TaxCode | None:
    return None if element is None else TaxCode(text(element, "ID"), decimal(element, "Percent", None))


def _tax_row(row: Element) -> TaxRow:
    return TaxRow(
        tax=_tax(first(row, "TaxCategory")) or TaxCode("", None),
        base=decimal(row, "TaxableAmount"),
        amount=decimal(row, "TaxAmount"),
        reason=text(row, "TaxCategory/TaxExemptionReason"),
        reason_code=text(row, "TaxCategory/TaxExemptionReasonCode"),
    )
