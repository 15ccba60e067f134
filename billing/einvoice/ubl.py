"""A document as UBL 2.1, in the order that the schema asks for."""

from decimal import Decimal

from billing.einvoice.document import Account, Allowance, Document, Line, Party, Place, TaxCode, TaxRow
from billing.einvoice.formats import Format
from billing.einvoice.markup import Element, amount, as_bytes, maker, number
from ledger.present import present

OASIS = "urn:oasis:names:specification:ubl:schema:xsd:"
COMMON = {"cac": f"{OASIS}CommonAggregateComponents-2", "cbc": f"{OASIS}CommonBasicComponents-2"}
make = maker(COMMON)


def write_ubl(document: Document, form: Format) -> bytes:
    """The document as an Invoice or a CreditNote."""
    kind = "CreditNote" if document.is_credit_note else "Invoice"
    root = maker({"doc": f"{OASIS}{kind}-2", **COMMON})(f"doc:{kind}", _head(document, form), _body(document, kind))
    return as_bytes(root)


def _head(document: Document, form: Format) -> list[Element]:
    is_credit = document.is_credit_note
    return [
        make("cbc:CustomizationID", form.specification),
        make("cbc:ProfileID", form.process),
        make("cbc:ID", document.number),
        make("cbc:IssueDate", present(document.dated_on).isoformat()),
        None if is_credit else make("cbc:DueDate", document.due_on.isoformat() if document.due_on else ""),
        make(f"cbc:{'CreditNote' if is_credit else 'Invoice'}TypeCode", document.type_code),
        [make("cbc:Note", note) for note in document.notes],
        make("cbc:DocumentCurrencyCode", document.currency),
        make("cbc:BuyerReference", document.buyer_reference),
        make("cac:OrderReference", make("cbc:ID", document.order_reference)),
        make("cac:BillingReference", make("cac:InvoiceDocumentReference", _preceding(document))),
    ]


def _preceding(document: Document) -> list[Element]:
    dated = document.preceding_on.isoformat() if document.preceding and document.preceding_on else ""
    return [make("cbc:ID", document.preceding), make("cbc:IssueDate", dated)]


def _body(document: Document, kind: str) -> list[Element]:
    currency = document.currency
    return [
        make("cac:AccountingSupplierParty", _party(document.seller)),
        make("cac:AccountingCustomerParty", _party(document.buyer)),
        _delivery(document),
        [_payment(document, account) for account in document.accounts],
        make("cac:PaymentTerms", make("cbc:Note", document.payment_terms)),
        [_allowance(each, currency) for each in document.allowances],
        _tax_total(document),
        _totals(document),
        [_line(line, currency, kind) for line in document.lines],
    ]


def _party(party: Party) -> Element:
    return make(
        "cac:Party",
        make("cbc:EndpointID", party.electronic_address, schemeID=party.electronic_address_scheme),
        make("cac:PartyIdentification", make("cbc:ID", party.number)),
        make("cac:PostalAddress", _place(party.place)),
        _tax_scheme(party.vat_id, "VAT"),
        _tax_scheme(party.tax_number, "TAX"),
        make(
            "cac:PartyLegalEntity",
            make("cbc:RegistrationName", party.name),
            make("cbc:CompanyID", party.registration),
        ),
        make(
            "cac:Contact",
            make("cbc:Name", party.contact.name),
            make("cbc:Telephone", party.contact.phone),
            make("cbc:ElectronicMail", party.contact.email),
        ),
    )


def _place(place: Place) -> list[Element]:
    return [
        make("cbc:StreetName", place.street),
        make("cbc:AdditionalStreetName", place.more),
        make("cbc:CityName", place.city),
        make("cbc:PostalZone", place.postal_code),
        make("cbc:CountrySubentity", place.region),
        make("cac:Country", make("cbc:IdentificationCode", place.country)),
    ]


def _tax_scheme(number: str, scheme: str) -> Element:
    if not number:
        return None
    return make("cac:PartyTaxScheme", make("cbc:CompanyID", number), make("cac:TaxScheme", make("cbc:ID", scheme)))


def _delivery(document: Document) -> Element:
    delivery = document.delivery
    return make(
        "cac:Delivery",
        make("cbc:ActualDeliveryDate", delivery.on.isoformat() if delivery.on else ""),
        make("cac:DeliveryLocation", make("cac:Address", _place(delivery.place))),
        make("cac:DeliveryParty", make("cac:PartyName", make("cbc:Name", delivery.name))),
    )


def _payment(document: Document, account: Account) -> Element:
    due = document.due_on.isoformat() if document.is_credit_note and document.due_on else ""
    return make(
        "cac:PaymentMeans",
        make("cbc:PaymentMeansCode", document.payment_means),
        make("cbc:PaymentDueDate", due),
        make("cbc:PaymentID", document.payment_reference),
        make(
            "cac:PayeeFinancialAccount",
            make("cbc:ID", account.number),
            make("cbc:Name", account.holder),
            make("cac:FinancialInstitutionBranch", make("cbc:ID", account.bic)),
        ),
    )


def _allowance(allowance: Allowance, currency: str) -> Element:
    return make(
        "cac:AllowanceCharge",
        make("cbc:ChargeIndicator", "true" if allowance.is_charge else "false"),
        make("cbc:AllowanceChargeReason", allowance.reason),
        make("cbc:MultiplierFactorNumeric", "" if allowance.percent is None else number(allowance.percent)),
        _amount("cbc:Amount", allowance.amount, currency),
        None if allowance.base is None else _amount("cbc:BaseAmount", allowance.base, currency),
        _tax("cac:TaxCategory", allowance.tax),
    )


def _amount(name: str, value: Decimal, currency: str) -> Element:
    return make(name, amount(value), currencyID=currency)


def _tax(name: str, tax: TaxCode | None, reason_code: str = "", reason: str = "") -> Element:
    if tax is None:
        return None
    return make(
        name,
        make("cbc:ID", tax.category),
        make("cbc:Percent", "" if tax.percent is None else number(tax.percent)),
        make("cbc:TaxExemptionReasonCode", reason_code),
        make("cbc:TaxExemptionReason", reason),
        make("cac:TaxScheme", make("cbc:ID", "VAT")),
    )


def _tax_total(document: Document) -> Element:
    rows = [_tax_row(row, document.currency) for row in document.taxes]
    return make("cac:TaxTotal", _amount("cbc:TaxAmount", document.totals.tax, document.currency), rows)


def _tax_row(row: TaxRow, currency: str) -> Element:
    return make(
        "cac:TaxSubtotal",
        _amount("cbc:TaxableAmount", row.base, currency),
        _amount("cbc:TaxAmount", row.amount, currency),
        _tax("cac:TaxCategory", row.tax, row.reason_code, row.reason),
    )


def _totals(document: Document) -> Element:
    totals, currency = document.totals, document.currency
    optional = {
        "AllowanceTotalAmount": totals.allowances,
        "ChargeTotalAmount": totals.charges,
        "PrepaidAmount": totals.prepaid,
        "PayableRoundingAmount": totals.rounding,
    }
    return make(
        "cac:LegalMonetaryTotal",
        _amount("cbc:LineExtensionAmount", totals.lines, currency),
        _amount("cbc:TaxExclusiveAmount", totals.net, currency),
        _amount("cbc:TaxInclusiveAmount", totals.total, currency),
        [_amount(f"cbc:{name}", value, currency) for name, value in optional.items() if value],
        _amount("cbc:PayableAmount", totals.due, currency),
    )


def _line(line: Line, currency: str, kind: str) -> Element:
    counted = "CreditedQuantity" if kind == "CreditNote" else "InvoicedQuantity"
    return make(
        f"cac:{kind}Line",
        make("cbc:ID", line.number),
        make(f"cbc:{counted}", number(line.quantity), unitCode=line.unit),
        _amount("cbc:LineExtensionAmount", line.net, currency),
        [_allowance(each, currency) for each in line.allowances],
        make(
            "cac:Item",
            make("cbc:Description", line.description),
            make("cbc:Name", line.name),
            make("cac:SellersItemIdentification", make("cbc:ID", line.code)),
            _tax("cac:ClassifiedTaxCategory", line.tax),
        ),
        make(
            "cac:Price",
            make("cbc:PriceAmount", number(line.price), currencyID=currency),
            None if line.price_per is None else make("cbc:BaseQuantity", number(line.price_per), unitCode=line.unit),
        ),
    )
