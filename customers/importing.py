"""What a file of customers may tell."""

from dataclasses import replace

from customers.operations.details import FIELDS as KEPT
from office.reading import Field, FieldKind, Mapping

FIELDS = (
    Field("number", "Customer number", headings=("Number", "No", "Customer no", "CustomerID", "Account")),
    Field("name", "Name", required=True, headings=("Customer", "Company", "Customer name")),
    Field("currency", "Currency"),
    Field("language", "Language"),
    Field("tax_id", "Tax id", headings=("VAT id", "VAT number", "VAT")),
    Field("registry_number", "Registry number", headings=("Company number", "Registration number")),
    Field("net_days", "Days to pay", FieldKind.NUMBER, headings=("Terms", "Net days")),
    Field("credit_limit", "Credit limit", FieldKind.NUMBER),
    Field("needs_po_number", "Wants order number", FieldKind.FLAG, headings=("PO required",)),
    Field("gets_paper", "Gets paper", FieldKind.FLAG, headings=("Paper", "By post")),
    Field("hold", "On hold because", headings=("Hold",)),
    Field("tags", "Tags"),
    Field("einvoice_format", "E-invoice"),
    Field("electronic_address", "Electronic address", headings=("Endpoint", "Peppol id")),
    Field("electronic_address_scheme", "Kind of electronic address", headings=("Endpoint scheme", "EAS")),
    Field("buyer_reference", "Buyer reference", headings=("Leitweg-ID", "Leitweg")),
    Field("group", "Group", headings=("Customer group", "Price group")),
    Field("parent", "Parent", headings=("Parent number", "Belongs to", "Head office")),
    Field("statement_form", "Statement", headings=("Statement form",)),
    Field("statement_when_zero", "Statement when nothing is open", FieldKind.FLAG),
    Field("statement_excel", "Statement as Excel", FieldKind.FLAG),
    Field("group_statement", "Statement over subsidiaries", headings=("Group statement",)),
    Field("note", "Note", headings=("Notes", "Remark")),
    Field("is_active", "Active", FieldKind.FLAG),
    Field("contact_name", "Contact", headings=("Contact name", "Contact person")),
    Field("contact_email", "E-mail", headings=("Email", "Contact email", "Mail")),
    Field("contact_phone", "Phone", headings=("Telephone", "Contact phone")),
    Field("addressee", "Addressee"),
    Field("street", "Street", headings=("Address", "Address line 1")),
    Field("postal_code", "Postal code", headings=("Postcode", "ZIP")),
    Field("city", "City", headings=("Town",)),
    Field("region", "Region", headings=("County", "State")),
    Field("country", "Country"),
)


def fields_of(mapping: Mapping) -> list[Field]:
    """What each row tells: its number, where the file has any; else the name says who it is."""
    has_numbers = "number" in mapping.columns
    return [replace(each, required=has_numbers) if each.name == "number" else each for each in FIELDS]


OWN = [name for name in KEPT if name not in ("sales_owner_id", "group_id", "parent_id")]
ADDRESS = {"addressee": "name", **{name: name for name in ("street", "postal_code", "city", "region", "country")}}
CONTACT = {"contact_name": "name", "contact_email": "email", "contact_phone": "phone"}
